"""A string -> whether it is text that a file can hold. Knows nothing of what it says."""


def is_utf8(text: str) -> bool:
    """Whether UTF-8 has it: halves of surrogate pairs, which JSON can smuggle in, are none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
