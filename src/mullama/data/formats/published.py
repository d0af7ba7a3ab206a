"""The published MusicQA JSON <-> clips, byte for byte in its layout.

A list of items, one for each pair, indented by two: {"audio_name", "conversation": [{"from":
"human", "value"}, {"from": "gpt", "value"}]}. Does not know where audio lies.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from mullama.data.formats import alpaca
from mullama.data.formats.format import Format, Written
from mullama.data.formats.json_list import read_items
from mullama.data.records import Clip, Pair, to_clips
from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.jobs.atomic import atomic_file

PARTS = {
    "pretrain": "PretrainMusicQA.json",
    "finetune": "FinetuneMusicQA.json",
    "eval": "EvalMusicQA.json",
}
"""Part -> file, in the order in which clips are numbered."""
FIXED_QUESTIONS = (
    "Describe the audio",
    "Describe the audio in detail",
    "What do you hear in the audio?",
    "What can be inferred from the audio?",
)
"""Asked of every clip, word for word as in the published files."""
OPEN_QUESTIONS = 5
"""How many more the writer asks of its own."""


def audio_name(number: int) -> str:
    """The file name of the clip with this number."""
    return f"{number:06d}.wav"


def read_published(path: Path, tally: Tally) -> Iterator[Clip]:
    """The clips of a file: items that follow each other and name one clip are together."""
    return to_clips(_to_pair(item, where) for where, item in read_items(path))


def write_published(path: Path, clips: Iterable[Clip], tally: Tally) -> Written:
    """Write the pairs of all clips, in order.

    A pair without audio has no `audio_name`, as in the published pretraining.
    """
    written, pairs = 0, 0
    with atomic_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for clip in clips:
            for question, answer in clip.pairs:
                file.write("[\n" if not pairs else ",\n")
                _write_item(file, clip.audio, question, answer)
                pairs += 1
            written += bool(clip.pairs)
        file.write("\n]" if pairs else "[]")
    return Written(written, pairs)


def _to_pair(item: dict[str, Any], where: str) -> Pair:
    if alpaca.is_instruction(item):  # the published pretraining mixes them in
        return alpaca.to_pair(item, where)
    if "conversation" not in item:
        return Pair.from_dict(item, where)
    try:
        question, answer = (turn["value"] for turn in item["conversation"])
    except (TypeError, KeyError, ValueError) as error:
        raise UsageError(f'{where}: "conversation" is not one question and one answer') from error
    values = {"question": question, "answer": answer, "audio": item.get("audio_name")}
    return Pair.from_dict(values, where)


def _write_item(file: TextIO, name: str | None, question: str, answer: str) -> None:
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    named = {} if name is None else {"audio_name": name}
    text = json.dumps({**named, "conversation": turns}, indent=2)
    file.write("\n".join(f"  {line}" for line in text.split("\n")))


PUBLISHED = Format(suffixes=(".json",), read=read_published, write=write_published)
