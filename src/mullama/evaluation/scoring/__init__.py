"""Answers -> figures: judged by metrics, with intervals, controls beside them and tests between systems."""
