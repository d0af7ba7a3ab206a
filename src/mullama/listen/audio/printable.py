"""A file's name -> text that can be printed, logged and encoded everywhere, on one line."""

import os
import unicodedata
from os import PathLike


def printable(path: str | PathLike[str]) -> str:
    """The name as it is, but for bytes that are not UTF-8 and characters that no line should hold.

    Those become escapes: a name from a foreign file system must neither end the program that
    reports it nor move the cursor of the terminal that shows it.
    """
    return "".join(map(_shown, os.fspath(path)))


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()
