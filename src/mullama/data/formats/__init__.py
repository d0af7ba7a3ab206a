"""File formats of question-answer pairs, one file each."""
