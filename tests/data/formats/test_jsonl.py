"""Lines come back as they were, or are refused with their place."""

import json
from pathlib import Path

import pytest

from clips import make_clip, write_lines
from mullama.data.files import write_clips
from mullama.data.formats.jsonl import read_clip_lines, read_pair_lines
from mullama.data.records import Clip
from mullama.data.tally import Tally
from mullama.errors import UsageError

CLIPS = [
    Clip("1", "studio", writer="template", audio="a.wav", licence="CC0-1.0", sha256="ab" * 32,
         pairs=(("What?", "That."), ("Wo?\u2028", "Hier."))),
    Clip(pairs=(("Wo?\u2028", "Hier."),)),
]  # fmt: skip


def test_pairs_come_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    assert write_clips(path, CLIPS) == (2, 3)
    assert list(read_pair_lines(path, Tally())) == CLIPS
    assert list(tmp_path.iterdir()) == [path]
    assert "audio" not in json.loads(path.read_text(encoding="utf-8").split("\n")[2])


def test_clips_come_back_equal(tmp_path: Path) -> None:
    clips = [make_clip("a", "a.wav"), make_clip("ü\u2028b"), make_clip("c", failed="no answer")]
    path, tally = tmp_path / "clips.jsonl", Tally()
    nameless = Clip(audio="b.wav", pairs=(("Q", "A"),))
    assert write_clips(path, [*clips, nameless], tally, form="clips") == (3, 18)
    assert tally.left_out == {"without source and id": 1}
    assert list(read_clip_lines(path)) == clips
    assert path.read_bytes() == write_lines(tmp_path / "w.jsonl", clips).read_bytes()


def test_only_one_line_is_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    write_clips(path, CLIPS)
    with path.open("a") as file:
        file.write("{\n")
    clips = read_pair_lines(path, Tally())
    assert next(clips) == CLIPS[0]
    with pytest.raises(UsageError, match="line 4: it is not JSON"):
        list(clips)


def test_a_half_written_file_takes_no_place(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    write_clips(path, CLIPS)

    def failing() -> object:
        yield CLIPS[0]
        raise ValueError("gone")

    with pytest.raises(ValueError, match="gone"):
        write_clips(path, failing())  # type: ignore[arg-type]
    assert list(read_pair_lines(path, Tally())) == CLIPS
    assert list(tmp_path.iterdir()) == [path]


GOOD = b'{"question": "Q", "answer": "A"}\n'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not an object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"question": "Q", "answer": "A", "n": ' + b"1" * 10_000 + b"}", "10000 digits"),
        (b'{"question": "Q", "answer": "caf\xe9"}', "not UTF-8"),
        (b'{"question": "Q", "answer": "' + b"x" * (1 << 20) + b'"}', "longer than"),
        (b'{"question": "Q"}', "'answer' is missing"),
    ],
)
def test_a_line_that_is_none_is_named(line: bytes, message: str, tmp_path: Path) -> None:
    """Fault 12: an integer of 10,000 digits ended the program; so may no other line."""
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(GOOD + b"\n" + line + b"\n")
    with pytest.raises(UsageError, match=message) as refused:
        list(read_pair_lines(path, Tally()))
    assert f"{path}, line 3: " in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_mark_of_byte_order_and_no_end_of_line(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.strip())
    assert list(read_pair_lines(path, Tally())) == [Clip(pairs=(("Q", "A"),))]


def test_what_cannot_be_a_line(tmp_path: Path) -> None:
    long = Clip("1", "studio", pairs=(("Q", "x" * (1 << 20)),))
    for form in ("pairs", "clips"):
        with pytest.raises(UsageError, match="cannot be written as a line"):
            write_clips(tmp_path / "a.jsonl", [long], form=form)
    with pytest.raises(UsageError, match="cannot be read"):
        list(read_clip_lines(tmp_path / "none.jsonl"))
