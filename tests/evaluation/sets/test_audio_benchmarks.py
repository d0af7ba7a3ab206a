"""MMAU, MMAU-Pro and MMAR: their music alone, their keys, and what they withhold."""

from pathlib import Path
from typing import Any

import pytest

from clips import write_wav
from mullama.errors import UsageError
from set_files import Read, Write

CHOICES = ["Swing rhythm", "Straight rhythm", "Polyrhythm"]


def mmau(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "audio_id": f"./test-mini-audios/{name}.wav",
        "question": "What rhythmic feature is present?",
        "choices": CHOICES,
        "answer": "(B) Straight rhythm",
        "dataset": "musicbench",
        "task": "music",
        "split": "test-mini",
        "category": "Information Extraction",
        "sub-category": "Rhythm and Tempo Understanding",
        "difficulty": "medium",
        **changes,
    }


def test_mmau(read: Read, write: Write) -> None:
    rows = [
        mmau("a"),
        mmau("b", task="speech"),
        mmau("c", task="sound"),
        mmau("d", answer="Rubato"),
    ]
    path = write("mmau-test-mini.json", rows)
    wav = write_wav(path.parent / "test-mini-audios" / "a.wav")
    found = read("mmau", path.parent)
    (item,) = found.items
    assert (item.id, item.file, item.right) == ("a", wav, 1)
    assert item.options == tuple(CHOICES)  # as published: they are in an order already
    assert item.topic == "Information Extraction: Rhythm and Tempo Understanding"
    assert item.references == ()
    assert item.scored
    assert found.notes == (
        "2 left out: not about music alone",
        "1 left out: its key is none of its options",
    )


@pytest.mark.parametrize("answer", ["", None, ...])
def test_answers_that_are_withheld(read: Read, write: Write, answer: Any) -> None:
    row = mmau("a", answer=answer)
    if answer is ...:
        del row["answer"]
    found = read("mmau", write("mmau-test.json", [row, mmau("b", answer="Polyrhythm")]))
    assert [(item.right, item.scored) for item in found.items] == [(None, False), (2, True)]
    assert found.items[0].options == tuple(CHOICES)
    assert found.notes == ("answers withheld, so that they are not scored: 1",)


def pro(name: str, **changes: Any) -> dict[str, Any]:
    """A row of MMAU-Pro's `test.parquet`."""
    return {
        "id": name,
        "audio_path": [f"data/{name}.wav"],
        "question": "What is heard?",
        "answer": "Polyrhythm",
        "choices": CHOICES,
        "length_type": "short",
        "perceptual_skills": ["rhythm"],
        "category": "music",
        "sub-cat": "rhythm",
        **changes,
    }


@pytest.mark.parametrize("file", ["test.parquet", "test.jsonl"])
def test_mmau_pro(read: Read, write: Write, file: str) -> None:
    rows = [
        pro("a"),
        pro("b", choices=[], answer="Two drums play against each other."),
        pro("c", audio_path=["data/c.wav", "data/d.wav"]),
        pro("d", category="speech"),
        pro("e", answer=None),
    ]
    found = read("mmau-pro", write(file, rows))
    a, b, e = found.items
    assert (a.right, a.topic, a.audio) == (2, "rhythm", "data/a.wav")
    assert (b.options, b.references) == ((), ("Two drums play against each other.",))
    assert (e.id, e.scored) == ("e", False)
    assert sorted(found.notes) == [
        "1 left out: about several clips",
        "1 left out: not about music alone",
        "answers withheld, so that they are not scored: 1",
    ]
    assert all(item.missing for item in found.items)


def mmar(video: str, begin: str, **changes: Any) -> dict[str, Any]:
    name = f"{video}_{begin}_00-01-30"
    return {
        "id": name,
        "audio_path": f"./audio/{name}.wav",
        "question": "Is it the same section?",
        "choices": ["Yes", "No"],
        "answer": "No",
        "modality": "music",
        "category": "Semantic Layer",
        "sub-category": "Content Analysis",
        "language": "en",
        "source": "youtube",
        "url": f"https://www.youtube.com/watch?v={video}",
        "timestamp": "00:00:00,00:00:30",
        **changes,
    }


def test_mmar(read: Read, write: Write, tmp_path: Path) -> None:
    rows = [
        mmar("opWHxQ7RC4I", "00-00-10"),
        mmar("opWHxQ7RC4I", "00-01-00"),
        mmar("BV1vc411S7ro", "00-00-00", modality="mix-music-speech"),
    ]
    found = read("mmar", write("MMAR-meta.json", rows).parent)
    assert [item.right for item in found.items] == [1, 1]
    assert found.tracks() == ["opWHxQ7RC4I"]
    assert found.items[0].source_id == "opWHxQ7RC4I"
    assert found.items[0].topic == "Semantic Layer: Content Analysis"
    assert found.notes == ("1 left out: not about music alone",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"task": ""}, "item 1: 'task' is missing"),
        ({"question": 3.5}, None),
        ({"question": ["?"]}, "item 1: 'question' is .*, expected text"),
        ({"choices": [["a"], "b"]}, "item 1: 'choices' is .*, expected text"),
        ({"question": "\udc80"}, "item 1: 'question' is not UTF-8"),
        ({"audio_id": None}, "item 1: 'audio_path' is missing"),
        ({"id": "a"}, "two items are called 'a'"),
    ],
)
def test_bad_rows(read: Read, write: Write, change: dict[str, Any], words: str | None) -> None:
    path = write("mmau-test-mini.json", [mmau("a"), mmau("b", **change)])
    if words is None:
        assert len(read("mmau", path).items) == 2
        return
    with pytest.raises(UsageError, match=words):
        read("mmau", path)


def test_files_of_no_form(read: Read, tmp_path: Path) -> None:
    for text, words in (
        ("[{", "item 0"),
        ("", "expected a list|not JSON"),
        ("[]", "there is no question"),
        ('[{"id": 1}]', "item 0: 'task' is missing"),
        ("3", "expected a list of items, or an object"),
    ):
        path = tmp_path / "mmau-test-mini.json"
        path.write_text(text)
        with pytest.raises(UsageError, match=words):
            read("mmau", path)
    (tmp_path / "mmau.txt").write_text("?")
    with pytest.raises(UsageError, match=r"ending in \.csv"):
        read("mmau", tmp_path / "mmau.txt")
    with pytest.raises(UsageError, match="no such file"):
        read("mmau", tmp_path / "gone.json")


def test_all_rows_of_other_kinds(read: Read, write: Write) -> None:
    with pytest.raises(UsageError, match=r"\(1 rows left out\): there is no question"):
        read("mmau", write("mmau-test.json", [mmau("a", task="speech")]))


def test_audio_names_lead_nowhere_else(read: Read, write: Write, tmp_path: Path) -> None:
    write_wav(tmp_path / "secret.wav")
    path = write("set/mmau-test.json", [mmau("a", audio_id="../secret.wav"), mmau("b")])
    found = read("mmau", path)
    assert [item.file for item in found.items] == [None, None]
