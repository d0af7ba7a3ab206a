"""Music with known truth: composed, rendered and described here, from nothing but a seed."""
