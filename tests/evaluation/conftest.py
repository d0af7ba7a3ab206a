"""A small evaluation: six tunes, three questions each, a small model and systems that hear nothing."""

from pathlib import Path

import pytest

from clips import write_wav
from mullama.data.files import write_clips
from mullama.data.records import Clip

TRACKS = 6
QUESTIONS = (
    ("Describe the audio", "A tone of {hz} hertz."),
    ("Which instruments play?", "I hear a sine wave."),
    ("What is the tempo?", "The tempo is about {hz} BPM."),
)


def write_set(folder: Path) -> Path:
    """A file of pairs beside its audio."""
    clips = []
    for number in range(TRACKS):
        hz = 110 + 20 * number
        write_wav(folder / f"{number}.wav", hz=hz, seconds=1.0 + number / 10)
        told = tuple((question, answer.format(hz=hz)) for question, answer in QUESTIONS)
        clips.append(Clip(id=str(number), source="tones", audio=f"{number}.wav", pairs=told))
    write_clips(folder / "pairs.jsonl", clips)
    return folder / "pairs.jsonl"


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Such a file, to be spoilt at will."""
    return write_set(tmp_path / "set")
