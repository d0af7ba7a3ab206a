"""Alpaca's JSON (Taori et al. 2023) <-> text-only pairs: an instruction, perhaps an input, an output."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mullama.data.formats.format import Format, Written
from mullama.data.formats.json_list import first_item, read_items
from mullama.data.records import Clip, Pair, to_clips
from mullama.data.tally import LeftOut, Tally
from mullama.jobs.atomic import atomic_file

SOURCE = "alpaca"


def is_instruction(item: dict[str, Any]) -> bool:
    """Whether an item of a JSON list is one of Alpaca's."""
    return "instruction" in item


def to_pair(item: dict[str, Any], where: str) -> Pair:
    """An item as a pair about no clip; raises UsageError that begins with `where`."""
    question = item.get("instruction")
    if item.get("input") and isinstance(question, str):
        question = f"{question}\n{item['input']}"
    values = {"question": question, "answer": item.get("output"), "source": SOURCE}
    return Pair.from_dict(values, where)


def read_alpaca(path: Path, tally: Tally) -> Iterator[Clip]:
    """Each item, as a clip without audio."""
    return to_clips(to_pair(item, where) for where, item in read_items(path))


def write_alpaca(path: Path, clips: Iterable[Clip], tally: Tally) -> Written:
    """Write the pairs of clips without audio; the others have no place here."""
    written, pairs = 0, 0
    with atomic_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for clip in clips:
            if clip.audio is not None:
                tally.leave_out(LeftOut("with audio", clip.audio))
                continue
            for question, answer in clip.pairs:
                item = {"instruction": question, "input": "", "output": answer}
                file.write("[\n" if not pairs else ",\n")
                file.write(json.dumps(item, indent=4, ensure_ascii=False))
                pairs += 1
            written += bool(clip.pairs)
        file.write("\n]\n" if pairs else "[]\n")
    return Written(written, pairs)


ALPACA = Format(
    suffixes=(".json",),
    read=read_alpaca,
    write=write_alpaca,
    sniff=lambda path: is_instruction(first_item(path)),
)
