"""The small model's own course: heard music, what its phases learn, and the table of its figures."""
