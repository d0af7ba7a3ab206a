"""Rows of a CSV file that end with a plain line feed, each cell quoted where RFC 4180 asks for it.

Python's writer before 3.13 quotes a carriage return only where its rows end with one, and a cell that has
one and is not quoted breaks its row in two.
"""

from typing import TextIO

ROW_END = "\r\n"
"""What the writer is to end rows with, as its `lineterminator`."""


class PlainRowEnds:
    """What a csv writer whose rows end with `ROW_END` writes to; each row is one `write`."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: str) -> int:
        """Write a row to the file, which was opened with newline=""."""
        return self._file.write(row.removesuffix(ROW_END) + "\n")
