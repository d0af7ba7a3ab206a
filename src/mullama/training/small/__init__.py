"""The small model's own training: its attributes, objectives and texts, from music with known truth."""
