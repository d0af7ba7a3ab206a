"""How good the small model that ships is: its answers on held-out clips, and its card."""
