"""Answer: shifts and a question become text."""
