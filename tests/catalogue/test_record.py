"""A caption record and its line."""

import json
from pathlib import Path

import pytest

from mullama.catalogue.formats import FORMATS
from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.record import CaptionRecord, Field, read_records
from mullama.errors import UsageError

RECORD = CaptionRecord(
    path="a/b.mp3",
    digest="0" * 64,
    seconds=20.5,
    seconds_heard=20.0,
    text="vibe, A calm piece.",
    caption="A calm piece.",
    long_caption="The mood is calm.",
    variants=("vibe, calm",),
    fields={
        "tempo": Field("120", 0.5, "The tempo is about 120 BPM."),
        "key": Field("D major", 0.9, "The key is D major."),
        "metre": Field(None, 0.9, "The time signature is not clear."),
        "instruments": Field("piano, drums", 0.7, "I hear piano and drums."),
    },
    trigger="vibe",
    min_confidence=0.6,
)


def test_numbers_for_trainers_are_the_sure_ones() -> None:
    assert (RECORD.bpm, RECORD.keyscale, RECORD.metre) == (None, "D major", None)
    assert RECORD.instruments == ("piano", "drums")


def test_a_line_is_read_back_as_it_was() -> None:
    line = json.loads(json.dumps(RECORD.to_json()))
    assert CaptionRecord.from_json(line, "here") == RECORD


@pytest.mark.parametrize(
    "change",
    [
        {"digest": 1},
        {"fields": {"tempo": 3}},
        {"fields": {"tempo": {"value": 1, "probability": 1, "text": ""}}},
        {"seconds": "long"},
        {"unknown": 1},
        {"variants": "one"},
    ],
)
def test_another_line_is_refused_with_its_place(change: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"^here: "):
        CaptionRecord.from_json({**RECORD.to_json(), **change}, "here")


def test_jsonl_is_read_back_by_its_own_reader(tmp_path: Path) -> None:
    class NoAudio:
        def file(self, record: CaptionRecord, /) -> None:
            return None

        def open(self, record: CaptionRecord, /) -> None:
            raise AssertionError("jsonl needs no audio")

    (path,) = FORMATS.load("jsonl")(iter([RECORD]), Destination(tmp_path, NoAudio()))  # type: ignore[arg-type]
    assert path == tmp_path / "captions.jsonl"
    assert list(read_records(path)) == [RECORD]
    path.write_bytes(path.read_bytes() + b'{"path": 1}\n')
    with pytest.raises(UsageError, match=r"captions\.jsonl, line 2"):
        list(read_records(path))
