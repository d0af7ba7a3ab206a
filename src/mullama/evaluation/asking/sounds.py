"""The sounds that are made for an evaluation: silence, noise, and stretches cut out of a file."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from mullama.errors import AudioError
from mullama.evaluation.asking.controls import Span
from mullama.jobs.atomic import atomic_file
from mullama.listen.audio.open_audio import open_audio
from mullama.printable import printable

SECONDS = 30.0
"""How long silence and noise are."""
RATE = 24_000
LOUDNESS = 0.1
"""Root mean square of the noise; full scale is 1."""


def write_silence(path: Path) -> None:
    """A file of zeros, 16 bit."""
    _write(path, np.zeros(round(SECONDS * RATE), np.int16))


def write_noise(path: Path, seed: int) -> None:
    """White noise, 16 bit, the same for the same seed on every machine."""
    # Integers are drawn alike everywhere; a uniform distribution of root mean square r is 2 sqrt(3) r wide.
    peak = round(LOUDNESS * 3**0.5 * 2**15)
    drawn = np.random.default_rng(seed).integers(-peak, peak + 1, round(SECONDS * RATE))
    _write(path, drawn.astype(np.int16))


def length(path: Path) -> float:
    """Seconds of a file; it is decoded where its header does not tell. Raises AudioError."""
    source = open_audio(path)
    try:
        if source.seconds is not None:
            return source.seconds
        return sum(len(frames) / rate for frames, rate in source.pieces())
    finally:
        source.close()


@contextmanager
def cut(path: Path, spans: Sequence[Span]) -> Iterator[list[Path]]:
    """Each stretch as a file of its own, at the file's rate with all its channels; removed afterwards.

    The file is read once. Raises AudioError for what cannot be read, and for a stretch without sound.
    """
    import soundfile

    with tempfile.TemporaryDirectory(prefix="pieces-") as folder, ExitStack() as files:
        found = [Path(folder) / f"{number}.wav" for number in range(len(spans))]
        open_files: dict[int, soundfile.SoundFile] = {}
        for frames, rate, start in _blocks(path):
            for number, (first, last) in enumerate(spans):
                low, high = (round(second * rate) - start for second in (first, last))
                part = frames[max(low, 0) : max(high, 0)]
                if not len(part):
                    continue
                if number not in open_files:
                    made = soundfile.SoundFile(
                        found[number], "w", rate, frames.shape[1], subtype="FLOAT"
                    )
                    open_files[number] = files.enter_context(made)
                piece = open_files[number]
                if (piece.samplerate, piece.channels) != (rate, part.shape[1]):
                    raise AudioError(f"{printable(path)}: changes its rate or channels on the way")
                piece.write(part)
        for number, (first, last) in enumerate(spans):
            if number not in open_files:
                raise AudioError(f"{printable(path)}: has no sound from {first:g} to {last:g} s")
        files.close()
        yield found


def _blocks(path: Path) -> Iterator[tuple[np.ndarray, int, int]]:
    """Blocks, their rate, and how many frames came before. Raises AudioError."""
    source = open_audio(path)
    before = 0
    try:
        for frames, rate in source.pieces():
            yield frames, rate, before
            before += len(frames)
    finally:
        source.close()


def _write(path: Path, samples: np.ndarray) -> None:
    import soundfile

    with atomic_file(path) as file:
        soundfile.write(file, samples, RATE, format="WAV", subtype="PCM_16")
