"""Small parts of data sets for tests: audible wav files, interviewed clips, files of them."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

from mullama.data.files import read_pairs, write_clips
from mullama.data.formats.published import FIXED_QUESTIONS, OPEN_QUESTIONS
from mullama.data.records import Clip, Pair, to_clips

RATE = 8000


def write_wav(path: Path, *, hz: float = 440.0, seconds: float = 1.5, channels: int = 1) -> Path:
    """A sine; different in every byte for another pitch."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wave = 0.3 * np.sin(2 * np.pi * hz * np.arange(round(RATE * seconds)) / RATE)
    samples = np.repeat(wave[:, None], channels, axis=1)
    soundfile.write(path, samples, RATE, subtype="PCM_16", format="WAV")
    return path


def make_clip(
    clip: str, audio: Path | str | None = None, *, source: str = "folder", failed: str = ""
) -> Clip:
    """A clip with nine pairs, or one whose interview failed."""
    fixed = [(question, f"{clip} sounds.") for question in FIXED_QUESTIONS]
    asked = [(f"What is number {n} of {clip}?", f"It is {n}.") for n in range(OPEN_QUESTIONS)]
    return Clip(
        id=clip,
        source=source,
        text=f"{clip} sounds",
        kind="caption",
        writer="template",
        audio=None if audio is None else str(audio),
        licence="CC0-1.0",
        pairs=() if failed else (*fixed, *asked),
        failed=failed,
    )


def pairs_in(path: Path) -> list[Pair]:
    """All pairs of a file of any format."""
    return list(read_pairs(path))


def write_items(path: Path, items: Iterable[tuple[str | None, str, str]]) -> Path:
    """A file of (audio name, question, answer), in the format of its name's end."""
    write_clips(path, to_clips(Pair(question, answer, name) for name, question, answer in items))
    return path


def write_lines(path: Path, clips: Iterable[Clip]) -> Path:
    """As `mullama musicqa write` leaves them."""
    lines = [json.dumps(clip.as_dict(), ensure_ascii=False) + "\n" for clip in clips]
    path.write_text("".join(lines), encoding="utf-8")
    return path
