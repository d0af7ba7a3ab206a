"""Text from outside -> the same text on one line, with nothing in it that a terminal would obey."""

import os
import unicodedata
from os import PathLike


def printable(text: str | PathLike[str]) -> str:
    """Control and formatting characters, and bytes of a file's name that are not UTF-8, as escapes.

    What comes out is encoded everywhere: no name from a foreign file system ends the program that
    reports it.
    """
    return "".join(map(_shown, os.fspath(text)))


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()
