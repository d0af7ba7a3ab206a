"""Requests and tokens -> what they cost. Does not know any price list."""

from dataclasses import dataclass


@dataclass
class Usage:
    """Totals of one run."""

    price_in: float = 0.0
    """Currency units for a million tokens that are read."""
    price_out: float = 0.0
    """Currency units for a million tokens that are written."""
    requests: int = 0
    """Including those that came to nothing."""
    tokens_in: int = 0
    tokens_out: int = 0

    def add(self, tokens_in: int, tokens_out: int) -> None:
        """Count a reply."""
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out

    @property
    def cost(self) -> float:
        """In the prices' currency."""
        return (self.tokens_in * self.price_in + self.tokens_out * self.price_out) / 1e6

    def __str__(self) -> str:
        tokens = f"{self.requests} requests, {self.tokens_in} + {self.tokens_out} tokens"
        return f"{tokens}, cost {self.cost:.2f}" if self.price_in or self.price_out else tokens
