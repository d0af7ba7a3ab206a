"""Adapt: a Listening becomes one shift for each adapted layer of the language model."""
