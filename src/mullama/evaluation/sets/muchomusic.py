"""MuChoMusic (Weck et al. 2024, arXiv 2408.01337) and RUListening (Zang et al. 2025) -> items.

MuChoMusic: `muchomusic.csv` of Zenodo record 12709974, 1,187 rows with question_id, question,
correct_answer, distractor_1_answer to distractor_3_answer, dataset ("sdd" or "musiccaps"),
dataset_identifier, genre, music_knowledge, music_reasoning; or the list of prompts that its own
`prepare_prompts.py` makes of it (id, prompt, answers, answer_orders, dataset, audio_path, ...; in an
order the right answer is 0). It has no audio of its own. An identifier ends in `.json`, and MusicCaps'
also in `_<number>`. Song Describer's files are named after Jamendo's folders, the track's number
modulo 100. MusicCaps' names have times in them, which `musiccaps-public.csv` tells where it lies beside.

RUListening: `RUL-MuchoMusic.json` of yongyizang/AreYouReallyListening at 8b348ec, an object of question,
caption, correct_answer, four distractors and PI for each of MuChoMusic's question numbers; audio is
`<number>.mp3`. Its publishers ask four times, each time without one of the distractors; so do we.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from mullama.data.audio import AudioResolver
from mullama.data.tables import Table
from mullama.data.tally import LeftOut, Tally
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.sets.captions import describer_files
from mullama.evaluation.sets.locate import Locator
from mullama.evaluation.sets.options import SHUFFLED, require_options, shuffled
from mullama.evaluation.sets.origins import jamendo, musiccaps
from mullama.evaluation.sets.rows import Row, files_of, gather, read_rows, refusing, to_set
from mullama.jobs.digest import bytes_digest
from mullama.musicqa.sources.musiccaps import MusicCaps, clip_of

LICENCE = "CC-BY-SA-4.0"
LEAVING_OUT = "each question is asked four times, each time without one of its four distractors"
NO_ORDER = "its order of options is none"
AUDIO_SUFFIXES = (".mp3", ".wav", ".flac")


def read(path: Path, audio: AudioResolver) -> EvaluationSet:
    """MuChoMusic's table, its list of prompts, or a folder with one of them."""
    files, tally = files_of(path, "muchomusic.csv", "*.json", "*.parquet"), Tally()
    clips = _musiccaps_files(files[0].parent)
    items = (
        item
        for file in files
        for item in gather(read_rows(file), partial(_items, Locator(file, audio), clips), tally)
    )
    return to_set("muchomusic", files, items, tally, licence=LICENCE, notes=[SHUFFLED])


def read_rulistening(path: Path, audio: AudioResolver) -> EvaluationSet:
    """RUListening's file, or its folder."""
    files, tally = files_of(path, "RUL-MuchoMusic.json", "*.json"), Tally()
    locate = Locator(files[0], audio)
    items = gather(read_rows(files[0]), partial(_folds, locate), tally)
    return to_set(
        "rulistening", files[:1], items, tally, licence="MIT", notes=[SHUFFLED, LEAVING_OUT]
    )


def _items(locate: Locator, clips: dict[str, str], row: Row) -> Iterator[Item]:
    name = row.text("question_id") if "question_id" in row.values else row.where.split(", ")[-1]
    if answers := row.texts("answers"):
        options, right = _ordered(answers, row)
    else:
        wrong = [row.text(f"distractor_{number}_answer") for number in (1, 2, 3)]
        first = row.text("correct_answer")
        options, right = shuffled(first, wrong, f"muchomusic/{name}", row.where)
    collection, number = row.text("dataset"), _number(row)
    origin = jamendo(number) if collection == "sdd" else musiccaps(number)
    yield Item(
        id=name,
        question=_question(row),
        track="/".join(origin.values()),
        topic=_topic(row),
        options=options,
        right=right,
        **origin,
        **locate.first(*_audio_names(row, collection, number, clips)),
    )


def _ordered(answers: tuple[str, ...], row: Row) -> tuple[tuple[str, ...], int]:
    options = require_options(answers, row.where)
    order = row.get("answer_orders", "answers_orderings", "answers_ordering")
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(
        map(str, range(len(options)))
    ):
        raise LeftOut(NO_ORDER, row.where)
    return options, [str(place) for place in order].index("0")


def _question(row: Row) -> str:
    """As it is, or what stands in the prompt between the last examples and the options."""
    if "prompt" not in row.values:
        return row.text("question")
    return row.text("prompt").split("Question: ")[-1].split("\n Options: ")[0].strip()


def _number(row: Row) -> str:
    name = row.text("dataset_identifier", "id").removesuffix(".json")
    if row.text("dataset") == "sdd" or "dataset_identifier" not in row.values:
        return name
    return name.rpartition("_")[0] or name


def _topic(row: Row) -> str:
    """Knowledge, reasoning or both, the set's two dimensions."""
    kinds = (("knowledge", "music_knowledge"), ("reasoning", "music_reasoning"))
    lists = {kind: str(row.get(column, kind) or "").strip("[] ") for kind, column in kinds}
    return " and ".join(kind for kind, listed in lists.items() if listed)


def _audio_names(row: Row, collection: str, number: str, clips: dict[str, str]) -> tuple[str, ...]:
    named = (path,) if (path := row.maybe("audio_path")) else ()
    if collection == "sdd" and number.isdecimal():
        return (*describer_files(f"{int(number) % 100:02d}/{number}.mp3"), *named)
    return (clips.get(number, f"{number}.wav"), *named)


def _musiccaps_files(folder: Path) -> dict[str, str]:
    """YouTube id -> file name, by the table of MusicCaps where it lies in the folder."""
    file = folder / MusicCaps.table_name
    if not file.is_file():
        return {}
    return dict(clip_of(row) for row in Table(file, MusicCaps.needed).rows(refusing()))


def _folds(locate: Locator, row: Row) -> Iterator[Item]:
    name, distractors = row.text("id", "question_id"), row.texts("distractors")
    question, first = row.text("question"), row.text("correct_answer")
    caption = row.maybe("caption")
    about: dict[str, Any] = locate.first(*(f"{name}{suffix}" for suffix in AUDIO_SUFFIXES))
    for left_out in range(len(distractors)):
        item = f"{name}-without-{left_out + 1}"
        others = [text for place, text in enumerate(distractors) if place != left_out]
        options, right = shuffled(first, others, f"rulistening/{item}", row.where)
        yield Item(
            id=item,
            question=question,
            # Questions about one track share its caption, and not its number.
            track=f"caption {bytes_digest(caption.encode())[:16]}" if caption else "",
            topic="perception",
            options=options,
            right=right,
            **about,
        )
