"""How many of something, in words."""


def counted(count: int, noun: str) -> str:
    """`1 item`, `1,200 items`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
