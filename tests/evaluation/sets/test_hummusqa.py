"""HumMusQA: sound in the file, options in an order of our own, bad rows by name."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from clips import write_wav
from mullama.errors import UsageError
from set_files import Read, Write

OPTIONS = ["rising", "falling", "static", "mixed"]


def row(number: int, **changes: Any) -> dict[str, Any]:
    """A row of the published columns; three questions about one song."""
    return {
        "identifier": f"q{number}",
        "audio": {"bytes": b"ID3" + bytes([number]), "path": "same name.mp3"},
        "question": f"What is the contour, {number}?",
        "answer": OPTIONS[0],
        **{f"distractor_{place}": OPTIONS[place] for place in (1, 2, 3)},
        "main_category": "Melody",
        "secondary_categories": "Structure; Performance",
        "difficulty": "High",
        "excerpt_start_time": "0:30",
        "excerpt_end_time": "1:00",
        "song_link": "https://www.jamendo.com/track/1004034",
        "jamendo_id": str(1004034 + number // 3),
        "song_license_url": "https://creativecommons.org/licenses/by/3.0/",
        **changes,
    }


def test_items(read: Read, write: Write) -> None:
    path = write("data/test-00000-of-00001.parquet", [row(number) for number in range(40)])
    found = read("hummusqa", path.parent.parent)
    assert found == read("hummusqa", path)
    assert found.licence == "CC-BY-4.0"
    assert found.sources == ((str(path), hashlib.sha256(path.read_bytes()).hexdigest()),)
    assert len(found.tracks()) == 14
    item = found.items[4]
    assert (item.id, item.question, item.topic) == ("q4", "What is the contour, 4?", "Melody")
    assert (item.source, item.source_id) == ("jamendo", "track_1004035")
    assert item.track == "jamendo/track_1004035"
    assert item.excerpt is None
    assert item.references == ()
    assert item.file is not None
    assert item.file.read_bytes() == b"ID3\x04"
    assert item.sha256 == hashlib.sha256(b"ID3\x04").hexdigest()


def test_options_stand_in_an_order_of_the_id(read: Read, write: Write) -> None:
    found = read("hummusqa", write("test.parquet", [row(number) for number in range(100)]))
    again = read("hummusqa", write("part.parquet", [row(number) for number in range(50, 60)]))
    assert [item.options for item in found.items[50:60]] == [item.options for item in again.items]
    for item in found.items:
        assert sorted(item.options) == sorted(OPTIONS)
        assert item.right is not None
        assert item.options[item.right] == OPTIONS[0]
    places = Counter(item.right for item in found.items)
    assert set(places) == {0, 1, 2, 3}
    assert min(places.values()) > 15
    assert "drawn from the item's id" in found.notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answer": ""}, "row 1: 'answer' is missing"),
        ({"question": None}, "row 1: 'question' is missing"),
        ({"identifier": "q0"}, "two items are called 'q0'"),
        ({"audio": {"bytes": None, "path": None}}, "row 1: 'audio' is not bytes with a path"),
    ],
)
def test_bad_rows(read: Read, write: Write, change: dict[str, Any], words: str) -> None:
    path = write("test.parquet", [row(0), row(1, **change), row(2)])
    with pytest.raises(UsageError, match=words):
        read("hummusqa", path)


def test_alike_options_are_left_out_and_counted(read: Read, write: Write) -> None:
    found = read("hummusqa", write("test.parquet", [row(0), row(1, distractor_1="rising")]))
    assert [item.id for item in found.items] == ["q0"]
    assert any(note.startswith("1 left out: options that are empty, alike") for note in found.notes)


def test_audio_that_is_only_named(read: Read, write: Write, tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "sound" / "here.wav")
    named = [row(0, audio={"bytes": None, "path": "here.wav"})]
    named.append(row(1, audio={"bytes": None, "path": "gone.wav"}))
    found = read("hummusqa", write("test.parquet", named), [tmp_path / "sound"])
    assert found.items[0].file == wav
    assert found.items[1].file is None
    assert "gone.wav" in found.items[1].missing


def test_what_is_no_parquet(read: Read, tmp_path: Path) -> None:
    (tmp_path / "test-1.parquet").write_text("no")
    with pytest.raises(UsageError, match="cannot be read as parquet"):
        read("hummusqa", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no data/test-"):
        read("hummusqa", tmp_path / "empty")
