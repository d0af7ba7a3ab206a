"""One engine, many clients: what is served over a network."""
