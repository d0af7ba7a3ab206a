"""What is true of a piece becomes questions and answers, and answers are parsed."""
