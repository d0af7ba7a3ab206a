"""Whether a model answers what people ask: held-out questions, and a judge of answers."""
