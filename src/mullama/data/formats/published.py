"""Question-answer pairs -> the published JSON files, byte for byte in their layout.

A list of items, one for each pair, indented by two: {"audio_name", "conversation": [{"from":
"human", "value"}, {"from": "gpt", "value"}]}. Reading them is in `records`. Does not know audio.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

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


def write_published(path: Path, items: Iterable[tuple[str | None, str, str]]) -> int:
    """Write (audio name, question, answer) items, whole or not at all; how many.

    An item without audio has no `audio_name`, as in the published pretraining.
    """
    count = 0
    with atomic_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for item in items:
            file.write("[\n" if not count else ",\n")
            _write_item(file, *item)
            count += 1
        file.write("\n]" if count else "[]")
    return count


def _write_item(file: TextIO, name: str | None, question: str, answer: str) -> None:
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    named = {} if name is None else {"audio_name": name}
    text = json.dumps({**named, "conversation": turns}, indent=2)
    file.write("\n".join(f"  {line}" for line in text.split("\n")))
