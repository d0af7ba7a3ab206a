"""A real `mullama serve`, driven by real HTTP: what benchmarks/serving.py measures, a module a phase."""
