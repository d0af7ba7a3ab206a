"""A pretrained language model learns to talk about music: what is heard, in plain English."""
