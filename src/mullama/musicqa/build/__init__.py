"""Interviewed clips become one numbered data set with its audio."""
