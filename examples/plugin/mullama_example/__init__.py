"""Additions to mullama; see pyproject.toml for their names."""
