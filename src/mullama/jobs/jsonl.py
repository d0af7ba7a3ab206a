"""A JSON object <-> one line of bytes, bounded in length, digits and depth.

What comes in a line may be anybody's: whatever it is, it becomes an object or one ValueError that
says why not. Does not know what the objects mean.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

MAX_LINE_BYTES = 1 << 20
"""Longer lines are neither written nor read."""
MAX_DIGITS = 100
"""Of a whole number; reading takes quadratic time."""


class Line(NamedTuple):
    """A line of a file as it was found."""

    number: int
    """Counted from 1."""
    begin: int
    """Its first byte's place in the file."""
    content: bytes | None
    """Without its end; None where it is longer than MAX_LINE_BYTES."""
    ended: bool
    """False for a last line that was torn, or has no end for another cause."""

    @property
    def blank(self) -> bool:
        """Whether there is nothing in it."""
        return self.content is not None and not self.content.strip()


def to_line(values: Mapping[str, Any]) -> bytes:
    """An object as a line with its end.

    Text stays readable, but where UTF-8 lacks it (half of a surrogate pair, as names of files may
    hold), everything is escaped, so that it is read as it was. Raises ValueError or TypeError for
    what JSON has not, and for a line that is too long.
    """
    try:
        line = json.dumps(values, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        line = json.dumps(values, allow_nan=False).encode()
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"it takes {len(line)} bytes, and a line may have {MAX_LINE_BYTES}")
    return line + b"\n"


def from_line(content: bytes | None) -> dict[str, Any]:
    """The object in a line's content; raises ValueError, in one line, for anything else."""
    if content is None:
        raise ValueError(f"the line is longer than {MAX_LINE_BYTES} bytes")
    try:
        values = DECODER.decode(content.decode())
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg}, column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("it is JSON, but not an object")
    return values


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """The lines of a file from where it stands; never more than MAX_LINE_BYTES are in memory."""
    begin = file.tell()
    number = 0
    while content := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        size, last, kept = len(content), content, True
        while not last.endswith(b"\n") and (last := file.readline(MAX_LINE_BYTES)):
            size, kept = size + len(last), False
        ended = (last or content).endswith(b"\n")
        too_long = not kept or len(content.rstrip(b"\n")) > MAX_LINE_BYTES
        yield Line(number, begin, None if too_long else content.removesuffix(b"\n"), ended)
        begin += size


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"a number is too large: {text[:20]}")
    return value


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number has {len(text)} digits")
    return int(text)


def _not_a_number(text: str) -> float:
    raise ValueError(f"a number is {text}")


DECODER = json.JSONDecoder(parse_float=_finite, parse_int=_whole, parse_constant=_not_a_number)
"""For text from outside: what it refuses is a ValueError, and RecursionError what is nested too deeply."""
