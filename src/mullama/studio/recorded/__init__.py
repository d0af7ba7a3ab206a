"""Recorded music under free licences: where it comes from, and what tools agree on about it."""
