"""Whether a model answers what people ask: questions that nobody trains on, and a judge of answers."""
