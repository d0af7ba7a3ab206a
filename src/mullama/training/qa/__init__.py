"""Training on question-answer pairs: the published phases, and a user's own data."""
