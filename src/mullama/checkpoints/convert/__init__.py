"""Other people's weights become one folder: the readers of their files."""
