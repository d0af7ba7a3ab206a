"""Where other programs plug us in: a module for each, which imports its host at once.

Nothing of ours imports these; their hosts find them by the entry points of pyproject.toml.
"""
