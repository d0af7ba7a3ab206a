"""An item's audio -> what a page plays: a link beside it, or the sound itself where it is small."""

import base64
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mullama.evaluation.items import Item


@dataclass(frozen=True)
class Player:
    """The source of a player, or why there is none."""

    source: str = ""
    """A relative, quoted link, or a `data:` address; empty where the audio is not at hand."""
    missing: str = ""


def player(folder: Path, item: Item, embed_bytes: int = 0) -> Player:
    """The player of an item in a page of `folder`.

    A file of up to `embed_bytes` becomes part of the page, so that it plays where the page is sent;
    only a file that its name calls audio does.
    """
    if item.audio is None:
        return Player(missing="this question has no audio")
    if item.file is None or not item.file.is_file():
        return Player(missing=item.missing or f"{item.audio} is not at hand")
    kind = mimetypes.guess_type(item.file.name)[0] or ""
    if kind.startswith("audio/") and item.file.stat().st_size <= embed_bytes:
        return Player(f"data:{kind};base64,{base64.b64encode(item.file.read_bytes()).decode()}")
    return Player(_link(folder, item.file) + _excerpt(item))


def _link(folder: Path, file: Path) -> str:
    """Relative where a path from the one to the other exists: Windows has none between drives."""
    try:
        path = os.path.relpath(file, folder)
    except ValueError:
        return file.absolute().as_uri()
    return quote(os.fsencode(Path(path).as_posix()))


def _excerpt(item: Item) -> str:
    """The seconds that the question is about, as W3C's media fragments name them."""
    return "" if item.excerpt is None else f"#t={item.excerpt[0]:g},{item.excerpt[1]:g}"
