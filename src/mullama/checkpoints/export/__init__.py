"""What other engines read: the widened language model, songs as adapters for it, and GGUF."""
