"""Files of every format with random damage: their clips, or one line; never another error."""

import random
from pathlib import Path

import pytest

from clips import make_clip
from mullama.data.files import FORMATS, read_clips, write_clips
from mullama.data.records import Clip
from mullama.data.tally import Tally
from mullama.errors import UsageError

MUTATIONS = 100
PIECES = (
    b"\xff",
    b"\0",
    b"\n",
    b'"',
    b"{",
    b"[",
    b"]",
    b";",
    b"\\ud800",
    b"9" * 5000,
    b"null",
    b"[" * 5000,
)


def mutate(data: bytes, draw: random.Random) -> bytes:
    """A few bytes are changed, put in, taken out or said twice."""
    damaged = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        place, length = draw.randrange(len(damaged) + 1), draw.choice((1, 4, 60))
        match draw.randrange(4):
            case 0:
                damaged[place : place + 1] = draw.randbytes(1)
            case 1:
                damaged[place:place] = draw.choice(PIECES)
            case 2:
                del damaged[place : place + length]
            case _:
                damaged[place:place] = damaged[place : place + length] * 3
    return bytes(damaged)


@pytest.mark.parametrize("form", FORMATS.names())
def test_damage_is_told_in_one_line(form: str, tmp_path: Path) -> None:
    if form == "parquet":
        pytest.importorskip("datasets")
    clips = [make_clip("a", "a.wav"), make_clip("ü", "b.wav"), make_clip("c")]
    if form == "alpaca":
        clips = [Clip(pairs=clip.pairs) for clip in clips]
    suffix = FORMATS.load(form).suffixes[0]
    whole = tmp_path / f"whole{suffix}"
    write_clips(whole, clips, form=form)
    draw, path, refused = random.Random(form), tmp_path / f"a{suffix}", 0
    for _ in range(MUTATIONS):
        path.write_bytes(mutate(whole.read_bytes(), draw))
        told: list[str] = []
        try:
            for clip in read_clips(path, Tally(lambda _, what, told=told: told.append(what))):  # type: ignore[misc]
                assert all(isinstance(text, str) for pair in clip.pairs for text in pair)
        except UsageError as error:
            told.append(str(error))
            refused += 1
        assert all(line.isprintable() and len(line) < 1000 for line in told), told
    assert form == "aqa_csv" or refused > MUTATIONS // 4
