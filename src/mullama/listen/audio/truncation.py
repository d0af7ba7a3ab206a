"""A sound file -> whether its own structure says that more should follow.

Only what shows without decoding: sizes in headers and marks at the end.
"""

from pathlib import Path

UNKNOWN_SIZE = 0x7FFF0000
"""A file or chunk said to be this large or larger was written to a pipe: its size was not known."""
OGG_MAX_PAGE = 65307
OGG_HEADER = 27
"""Bytes of a page's header before its table of segments."""
OGG_END_OF_STREAM = 0x04


def is_truncated(path: Path) -> bool:
    """Whether a RIFF file (avi, for one) is shorter than it says, or an ogg file has no last page."""
    with path.open("rb") as file:
        head = file.read(8)
    if head[:4] == b"RIFF":
        return path.stat().st_size < 8 + int.from_bytes(head[4:], "little") < UNKNOWN_SIZE
    return head[:4] == b"OggS" and not _ogg_ends(path)


def _ogg_ends(path: Path) -> bool:
    """Whether the last page is whole and says that it is the last."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - OGG_MAX_PAGE))
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < OGG_HEADER or len(page) < OGG_HEADER + page[OGG_HEADER - 1]:
        return False
    body = OGG_HEADER + page[OGG_HEADER - 1]
    whole = len(page) >= body + sum(page[OGG_HEADER:body])
    return whole and bool(page[5] & OGG_END_OF_STREAM)
