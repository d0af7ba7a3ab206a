"""A JSON file that is one list of objects -> the objects, one at a time.

Never more than one object and a block of text are in memory, so that a file may have any size. Does
not know what the objects mean.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from mullama.errors import UsageError
from mullama.jobs.jsonl import DECODER

MAX_ITEM = 1 << 20
"""Characters of one object."""
BLOCK = 1 << 16
"""Characters that are read at once."""
ENDS = "not JSON: the file ends here"
_SPACE = re.compile(r"[ \t\r\n]*")
_LONGEST_TOKEN = 16
"""Where the text so far ends inside a word or a number, the parser complains so near the end at most."""


def read_items(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of the list, each behind the place where it stands.

    Bytes that are not UTF-8 become lone surrogates in their strings. Raises UsageError naming the item
    that is no object, too long, or nested too deeply.
    """
    try:
        # utf-8-sig: some Windows programs begin a file with a mark of byte order.
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            yield from _items(path, _Text(file))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def first_item(path: Path) -> dict[str, Any]:
    """The first object of the list; an empty one where there is none, or the file cannot be read."""
    with suppress(UsageError):
        for _, item in read_items(path):
            return item
    return {}


def _items(path: Path, text: "_Text") -> Iterator[tuple[str, dict[str, Any]]]:
    if text.peek() != "[":
        raise UsageError(f"{path}: expected a list of items, as MusicQA and Alpaca have them")
    text.skip()
    number, mark = 0, "," if text.peek() != "]" else text.skip()
    while mark == ",":
        where = f"{path}, item {number}"
        if (first := text.peek()) != "{":
            raise UsageError(f"{where}: {'not a JSON object' if first else ENDS}")
        yield where, text.take(where)
        number, mark = number + 1, text.peek()
        if mark not in (",", "]"):
            raise UsageError(f"{where}: {'not JSON: no comma behind it' if mark else ENDS}")
        text.skip()
    if text.peek():
        raise UsageError(f"{path}: not JSON: there is something behind the list")


class _Text:
    """The text of a file, from where reading has come to the end of the block."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._text, self._at = file, "", 0

    def peek(self) -> str:
        """The next character that is no white space; nothing at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def skip(self) -> str:
        """Pass over the character that `peek` has shown, and return it."""
        self._at += 1
        return self._text[self._at - 1]

    def take(self, where: str) -> dict[str, Any]:
        """The object that begins here."""
        while True:
            try:
                item, self._at = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                self._require_more(error, where)
            except RecursionError as error:
                raise UsageError(f"{where}: nested too deeply") from error
            except ValueError as error:
                raise UsageError(f"{where}: {error}") from error
            else:
                return dict(item)

    def _require_more(self, error: json.JSONDecodeError, where: str) -> None:
        """Read on where the object is cut; raises UsageError where more cannot help."""
        cut = error.msg.startswith("Unterminated") or error.pos > len(self._text) - _LONGEST_TOKEN
        if cut and len(self._text) - self._at > MAX_ITEM:
            raise UsageError(f"{where}: has more than {MAX_ITEM:,} characters") from error
        if not cut or not self._grow():
            raise UsageError(f"{where}: not JSON: {error.msg}") from error

    def _grow(self) -> bool:
        more = self._file.read(BLOCK)
        self._text, self._at = self._text[self._at :] + more, 0
        return bool(more)
