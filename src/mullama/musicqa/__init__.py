"""From music collections to question-answer data: sources, writers, the interview, built sets."""
