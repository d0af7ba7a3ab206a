"""What the rows of a catalogue depend on, kept beside them: with anything else they do not mix."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.jobs.atomic import write_text

FILE = "catalogue.json"
HEARING, WORDING = "hearing", "wording"


def keep_fingerprint(
    folder: Path, hearing: Mapping[str, Any], wording: Mapping[str, Any], *, reword: bool
) -> None:
    """Write it into a new catalogue, or refuse to go on with one that was made otherwise.

    With `reword` other words are taken. Raises UsageError naming what differs, and what to do.
    """
    path = folder / FILE
    text = json.dumps({HEARING: hearing, WORDING: wording}, indent=1, sort_keys=True) + "\n"
    wanted = json.loads(text)
    if path.exists():
        stored = _read(path)
        if stored == wanted:
            return
        if other := _difference(stored[HEARING], wanted[HEARING]):
            raise UsageError(f"{folder} was heard with another {other}: take another --out")
        if not reword:
            other = _difference(stored[WORDING], wanted[WORDING])
            raise UsageError(
                f"{folder} was worded with another {other}: take another --out, or --reword to word"
                " anew what was heard"
            )
    write_text(path, text, parents=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    known = isinstance(stored, dict) and stored.keys() == {HEARING, WORDING}
    if not known or not all(isinstance(part, dict) for part in stored.values()):
        raise UsageError(f"{path}: not a catalogue's: take another --out")
    return dict(stored)


def _difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    """The first thing in which they differ, with both values where these are short."""
    for key in sorted({*one, *other}):
        if one.get(key) != other.get(key):
            before, now = json.dumps(one.get(key)), json.dumps(other.get(key))
            short = len(before) + len(now) < 120
            return f"{key} ({before}, not {now})" if short else key
    return ""
