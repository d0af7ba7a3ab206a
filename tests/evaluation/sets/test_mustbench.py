"""MusTBench: times, descriptions, and choices whose options stand in the question."""

from typing import Any

import pytest

from clips import write_wav
from mullama.errors import UsageError
from set_files import Read, Write


def row(name: str, task: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "track_id": "track7",
        "task": task,
        "category": None,
        "qa_type": None,
        "question": "When does the electric guitar first start to play?",
        "answer": "0:45",
        "answers": ["0:45"],
        "split": "test",
        **changes,
    }


CHOICE = "Which change occurs at 1:10?\nA. the drums stop\nB. the key rises\nC. a voice\nD. nothing"
ROWS = [
    row("tsg-1", "TSG", category="guitar", qa_type="onset"),
    row("mtr-1", "MTR", answer=None, answers=["2:05-2:40", "3:00-3:10"]),
    row("ltr-1", "LTR", question=CHOICE, answer="B", answers=["B"]),
    row("ltr-2", "LTR", question="Which change?", answer="B", answers=["B"]),
    row("gto-1", "GTO", question="Order?\n(A) 1, 2\n(B) 2, 1", answer="A", answers=["A"]),
    row("old", "TAD", answer="It calms.", answers=["It calms."], split="train"),
]


@pytest.mark.parametrize("file", ["benchmarks/mustbench.parquet", "mustbench.jsonl"])
def test_items(read: Read, write: Write, file: str) -> None:
    path = write(file, ROWS)
    wav = write_wav(path.parent / "audio" / "track7.wav")
    found = read("mustbench", path)
    by_id = {item.id: item for item in found.items}
    assert list(by_id) == ["tsg-1", "mtr-1", "ltr-1", "gto-1"]
    assert by_id["tsg-1"].references == ("0:45",)
    assert by_id["tsg-1"].topic == "TSG: guitar: onset"
    assert by_id["mtr-1"].references == ("2:05-2:40", "3:00-3:10")
    ltr = by_id["ltr-1"]
    assert (ltr.question, ltr.right) == ("Which change occurs at 1:10?", 1)
    assert ltr.options == ("the drums stop", "the key rises", "a voice", "nothing")
    assert by_id["gto-1"].options == ("1, 2", "2, 1")
    assert {item.file for item in found.items} == {wav}
    assert found.tracks() == ["track7"]
    assert sorted(found.notes) == [
        "1 left out: a choice whose options are not in its question",
        "1 left out: of the split train",
    ]


def test_bad_rows(read: Read, write: Write) -> None:
    for change, words in (
        ({"track_id": ""}, "line 2: 'track_id' is missing"),
        ({"answers": [], "answer": None}, "line 2: 'answer' is missing"),
    ):
        path = write("m.jsonl", [ROWS[0], row("b", "TSG", **change)])
        with pytest.raises(UsageError, match=words):
            read("mustbench", path)
    path.write_text(path.read_text() + "{")
    with pytest.raises(UsageError, match=r"line 2|line 3"):
        read("mustbench", path)
