"""Blocks of a mono waveform -> the windows that an encoder hears, and batches of them.

Knows lengths only, not rates, files or encoders. Works on a stream: never holds more than about a
window beyond the block it was given.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from mullama.errors import AudioError, UsageError
from mullama.listen.audio.samples import Samples

MIN_REMAINDER = 0.25
"""As a share of a window: a shorter remainder is heard with the window before."""


def windows(
    blocks: Iterable[Samples],
    window_samples: int,
    shortest: int,
    *,
    rate: int | None = None,
    name: str = "the sound",
) -> Iterator[Samples]:
    """Cut a waveform, given as blocks of any length, into windows, each sample in exactly one.

    All windows have `window_samples`, except the last: it holds what remains, or, where that is
    less than a quarter of a window (or than `shortest`), one whole window and what remains. A
    sound shorter than a window is one window of its own length. The weight of a window in a mean
    over the piece is its length.

    Raises `AudioError`, naming `name`, when the whole sound has fewer than `shortest` samples (in
    seconds when `rate`, in Hz, is given).
    """
    if window_samples < shortest:
        raise UsageError(
            f"windows of {window_samples} samples are too short: the encoder needs {shortest}"
        )
    least = max(shortest, int(window_samples * MIN_REMAINDER), 1)
    waiting: list[Samples] = []
    length = 0
    for block in blocks:
        waiting.append(block)
        length += len(block)
        if length < window_samples + least:
            continue
        joined = np.concatenate(waiting) if len(waiting) > 1 else block
        start = 0
        while length - start >= window_samples + least:
            yield joined[start : start + window_samples]
            start += window_samples
        waiting = [joined[start:].copy()]
        length -= start
    if length < max(shortest, 1):
        raise AudioError(_too_short(length, shortest, rate, name))
    yield np.concatenate(waiting)


def batches(pieces: Iterable[Samples], most: int) -> Iterator[Samples]:
    """Stack consecutive windows of equal length: (window, samples), at most `most` windows each."""
    if most < 1:
        raise UsageError(f"a batch needs at least one window, not {most}")
    waiting: list[Samples] = []
    for piece in pieces:
        if waiting and (len(waiting) == most or len(piece) != len(waiting[0])):
            yield np.stack(waiting)
            waiting = []
        waiting.append(piece)
    if waiting:
        yield np.stack(waiting)


def _too_short(length: int, shortest: int, rate: int | None, name: str) -> str:
    if rate is None:
        return f"{name}: {length} samples are too short to be heard; at least {shortest} are needed"
    return (
        f"{name}: {length / rate:.4f} s are too short to be heard; at least"
        f" {shortest / rate:.4f} s are needed"
    )
