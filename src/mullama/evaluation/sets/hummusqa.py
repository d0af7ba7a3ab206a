"""HumMusQA (Weck et al. 2026, arXiv 2603.27877): 320 four-way questions on 108 songs -> items.

Form: `data/test-*.parquet` of mtg-upf/HumMusQA at revision ca7bad0, with the columns identifier,
audio {bytes, path}, question, answer, distractor_1 to distractor_3, main_category,
secondary_categories, difficulty, excerpt_start_time, excerpt_end_time, song_link, jamendo_id,
song_name, artist_name, album_name, song_license_url. The audio is the excerpt itself (1.5 MB a
question, by the card), so the excerpt's times, which count from the song's beginning, are not used.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from mullama.data.audio import AudioResolver
from mullama.data.formats.parquet import MAX_SOUND_BYTES
from mullama.data.tally import Tally
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.sets.locate import Locator
from mullama.evaluation.sets.options import SHUFFLED, shuffled
from mullama.evaluation.sets.origins import jamendo
from mullama.evaluation.sets.rows import Row, files_of, gather, read_rows, to_set

PATTERNS = ("data/test-*.parquet", "test-*.parquet", "*.parquet")


def read(path: Path, audio: AudioResolver) -> EvaluationSet:
    """The set's parquet file, or the folder of them; raises UsageError for another form."""
    files, tally = files_of(path, *PATTERNS), Tally()
    items = (
        item
        for file in files
        for item in gather(read_rows(file), partial(_items, Locator(file, audio)), tally)
    )
    return to_set("hummusqa", files, items, tally, licence="CC-BY-4.0", notes=[SHUFFLED])


def _items(locate: Locator, row: Row) -> Iterator[Item]:
    name = row.text("identifier", "id")
    wrong = [row.text(f"distractor_{number}") for number in (1, 2, 3)]
    options, right = shuffled(row.text("answer"), wrong, f"hummusqa/{name}", row.where)
    origin = jamendo(row.text("jamendo_id"))
    yield Item(
        id=name,
        question=row.text("question"),
        track="/".join(origin.values()),
        topic=row.maybe("main_category"),
        options=options,
        right=right,
        **origin,
        **_audio(locate, row, name),
    )


def _audio(locate: Locator, row: Row, name: str) -> dict[str, Any]:
    audio = row.get("audio")
    if isinstance(audio, str):
        audio = {"path": audio}
    if not isinstance(audio, dict) or not (audio.get("bytes") or audio.get("path")):
        row.refuse("'audio' is not bytes with a path")
    path, sound = audio.get("path") or "", audio.get("bytes")
    if not isinstance(path, str) or not isinstance(sound, bytes | None):
        row.refuse("'audio' is not bytes with a path")
    if sound is None:
        return locate(path)
    if len(sound) > MAX_SOUND_BYTES:
        row.refuse(f"its sound has more than {MAX_SOUND_BYTES:,} bytes")
    # Two excerpts of a song may have one name.
    return locate(f"{name}{PurePath(path).suffix or '.mp3'}", sound)
