"""Sounds that differ as their tags say, tones and noise, low and high, and a table of them."""

from pathlib import Path

import numpy as np
import soundfile

RATE = 24_000
SPLITS = ("train", "train", "train", "validation", "test")


def write_tagged(folder: Path, count: int = 60) -> Path:
    """A table of sounds in a folder, beside them; a sound's name tells its number."""
    (folder / "audio").mkdir(parents=True)
    lines = ["audio,tags,split"]
    for number in range(count):
        samples, tags = _sound(number)
        soundfile.write(folder / "audio" / f"{number}.wav", samples, RATE)
        lines.append(f"{number}.wav,{'|'.join(tags)},{SPLITS[number % len(SPLITS)]}")
    table = folder / "tags.csv"
    table.write_text("\n".join(lines) + "\n")
    return table


def _sound(number: int, seconds: float = 0.6) -> tuple[np.ndarray, list[str]]:
    random = np.random.default_rng(number)
    time = np.arange(round(seconds * RATE)) / RATE
    noisy, high = random.random() < 0.5, random.random() < 0.5
    hz = random.uniform(2000, 2400) if high else random.uniform(200, 240)
    tone = np.sin(2 * np.pi * hz * time)
    hiss = random.standard_normal(len(time)) * (0.3 if noisy else 0.003)
    tags = ["noise" if noisy else "tone", "high" if high else "low"]
    return (0.2 * tone + 0.2 * hiss).astype(np.float32), tags
