"""Names that sets give to tracks of well-known collections -> the names that all files here use.

So that a track is known again, whichever set or training file it is in. The names are those of
`mullama musicqa write`.
"""

from typing import Any

from mullama.data.formats.aqa_csv import source_id


def jamendo(number: str) -> dict[str, Any]:
    """A track of Jamendo by its number: `source` and `source_id` of an `Item`."""
    return {"source": "jamendo", "source_id": source_id("jamendo", f"{number}.mp3")}


def musiccaps(video: str) -> dict[str, Any]:
    """A clip of MusicCaps by its YouTube id."""
    return {"source": "musiccaps", "source_id": video}
