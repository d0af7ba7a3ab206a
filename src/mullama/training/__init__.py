"""Train: a recipe becomes a model, by phases that say what they train and from what."""
