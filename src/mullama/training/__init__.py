"""A recipe becomes a model, by phases that say what they train and on which data."""
