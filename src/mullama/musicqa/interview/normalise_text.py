"""A piece of a reply -> one clean line; and whether two questions are the same one."""

import re

_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019"}
_WORD = re.compile(r"\w+")


def clean(text: str) -> str:
    """On one line, without white space or quotation marks around it."""
    text = " ".join(text.split())
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text


def letters(text: str) -> str:
    """What two forms of one question share: their words, without case and marks."""
    return " ".join(_WORD.findall(text.casefold()))


def same_question(one: str, other: str) -> bool:
    """Whether two questions differ in case, marks and white space at most."""
    return letters(one) == letters(other)
