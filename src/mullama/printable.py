"""Text from outside -> the same text on one line, with nothing in it that a terminal would obey."""


def printable(text: str) -> str:
    """Control, formatting and bad characters become their Python escapes: a line feed becomes \\n."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
