"""A description and a language model's replies become questions and answers."""
