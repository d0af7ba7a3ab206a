"""Files of question-answer pairs: read, written, and where their audio lies."""
