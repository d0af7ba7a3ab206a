"""Answers and references become scores: pure functions, of texts, facts and choices.

A metric makes statistics of each item and reduces sums of them to values (metric.py). registry.py
lists the metrics, scoring.py the tables made of them, intervals.py what is chance.
"""
