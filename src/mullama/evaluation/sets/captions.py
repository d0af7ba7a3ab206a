"""Published captions as a set: one question, which asks for a description, for each clip -> items.

MusicCaps (Agostinelli et al. 2023): `musiccaps-public.csv`; clips are wav files named
`[<YouTube id>]-[<start>-<end>].wav`, in whole seconds.

Song Describer (Manco et al. 2023, arXiv 2311.10057): `song_describer.csv` of Zenodo record 10072001,
with the columns caption_id, track_id, caption, is_valid_subset, familiarity, artist_id, album_id, path,
duration; its `audio.zip` holds two minutes of each track, as `<path without .mp3>.2min.mp3`.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.data.formats.published import FIXED_QUESTIONS
from mullama.data.tables import Row as TableRow
from mullama.data.tables import Table
from mullama.data.tally import LeftOut, Tally
from mullama.errors import UsageError
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.sets.locate import Locator
from mullama.evaluation.sets.origins import jamendo, musiccaps
from mullama.evaluation.sets.rows import Row, gather, read_rows, refusing, to_set
from mullama.musicqa.sources.musiccaps import MusicCaps, clip_of

QUESTION = FIXED_QUESTIONS[0]
CAPTION = "caption"
"""The topic of the only question."""
DESCRIBER_FILE = "song_describer.csv"
TRAINED_ON = "in MusicCaps' training part"


def read_musiccaps(path: Path, audio: AudioResolver) -> EvaluationSet:
    """The clips of AudioSet's evaluation part, from the table or its folder."""
    file = path / MusicCaps.table_name if path.is_dir() else path
    table, tally = Table(file, MusicCaps.needed), Tally()
    items = gather(table.rows(refusing()), partial(_clip, Locator(file, audio)), tally)
    return to_set("musiccaps", [file], items, tally, licence=MusicCaps.licence)


def read_describer(path: Path, audio: AudioResolver) -> EvaluationSet:
    """Every track once, with all its captions as references, from the table or its folder."""
    file = path / DESCRIBER_FILE if path.is_dir() else path
    Table(file, ("track_id", "caption", "path"))  # raises for another table
    tracks: dict[str, list[Row]] = {}
    for row in read_rows(file):
        tracks.setdefault(row.text("track_id"), []).append(row)
    checked = (row.maybe("is_valid_subset") for rows in tracks.values() for row in rows)
    unchecked = sum(value.casefold() != "true" for value in checked)
    notes = [f"captions outside of its validated subset: {unchecked}"] if unchecked else []
    locate = Locator(file, audio)
    items = (_track(track, rows, locate) for track, rows in tracks.items())
    return to_set("songdescriber", [file], items, Tally(), licence="CC-BY-SA-4.0", notes=notes)


def _clip(locate: Locator, row: TableRow) -> Iterator[Item]:
    video, name = clip_of(row)
    if row.cells["is_audioset_eval"] != "True":
        raise LeftOut(TRAINED_ON, video)
    caption = row.cells["caption"].strip()
    if not caption:
        raise row.malformed("caption", "is empty")
    yield Item(
        id=video,
        question=QUESTION,
        references=(caption,),
        track=f"musiccaps/{video}",
        topic=CAPTION,
        **musiccaps(video),
        **locate(name),
    )


def _track(track: str, rows: list[Row], locate: Locator) -> Item:
    if len(names := {row.text("path") for row in rows}) > 1:
        raise UsageError(
            f"{rows[-1].where}: track {track} is two files: {', '.join(sorted(names))}"
        )
    origin = jamendo(track)
    return Item(
        id=track,
        question=QUESTION,
        references=tuple(dict.fromkeys(row.text("caption") for row in rows)),
        track="/".join(origin.values()),
        topic=CAPTION,
        **origin,
        **locate.first(*describer_files(rows[0].text("path"))),
    )


def describer_files(path: str) -> tuple[str, str]:
    """What a track's file may be called: Song Describer's two minutes, and Jamendo's whole track."""
    return f"{path.removesuffix('.mp3')}.2min.mp3", path
