"""How much of what people call music an encoder's hidden states tell, read by a small probe."""
