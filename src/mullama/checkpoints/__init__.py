"""Checkpoints: weights as other people stored them become one folder, and the folder a model."""
