"""One page for a song: what its sound looks like, what a model says of it, and of which part."""
