"""A waveform, in blocks or by its length -> the windows that an encoder is given, and batches of them.

The one place that decides where a sound is cut. Knows lengths only, not rates, files or encoders. Works
on a stream: never holds more than about a window beyond the block it was given.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from jaxtyping import Float32

from mullama.errors import AudioError, UsageError
from mullama.listen.audio.samples import Waveform

Span = tuple[int, int]
"""First sample, and the one behind the last."""
MIN_REMAINDER = 0.25
"""As a share of a window: a shorter remainder stays with the window before."""


def windows(
    blocks: Iterable[Waveform],
    window_samples: int,
    min_samples: int,
    *,
    rate: int | None = None,
    name: str = "the sound",
) -> Iterator[Waveform]:
    """Cut a waveform, given as blocks of any length, into windows, each sample in exactly one.

    Their lengths are those of `window_lengths`, which also says what is raised. The weight of a
    window in a mean over the piece is its length.
    """
    _check_window(window_samples, min_samples)
    waiting: list[Waveform] = []
    length = 0
    for block in blocks:
        waiting.append(block)
        length += len(block)
        whole = _whole_windows(length, window_samples, min_samples)
        if not whole:
            continue
        joined = np.concatenate(waiting) if len(waiting) > 1 else block
        for start in range(0, whole * window_samples, window_samples):
            yield joined[start : start + window_samples]
        waiting = [joined[whole * window_samples :].copy()]
        length -= whole * window_samples
    check_length(length, min_samples, rate, name)
    yield np.concatenate(waiting)


def window_lengths(
    length: int,
    window_samples: int,
    min_samples: int,
    *,
    rate: int | None = None,
    name: str = "the sound",
) -> list[int]:
    """The lengths of the windows into which a sound of so many samples is cut, in order.

    All are `window_samples`, except the last: it is what remains, or, where that is less than a
    quarter of a window (or than `min_samples`), one whole window and what remains. A sound shorter
    than a window is one window of its own length.

    Raises `AudioError`, naming `name`, when the sound has fewer than `min_samples` samples (in
    seconds when `rate`, in Hz, is given), UsageError when a window has.
    """
    _check_window(window_samples, min_samples)
    check_length(length, min_samples, rate, name)
    whole = _whole_windows(length, window_samples, min_samples)
    return [*[window_samples] * whole, length - whole * window_samples]


def spread_spans(length: int, rate: int, seconds: float, count: int) -> list[Span]:
    """`count` stretches of a sound of so many samples, from its start to its end, evenly spread.

    They overlap where the sound is shorter than all together; each is the whole sound where it is
    shorter than one. Places are exact fractions of a length in seconds that is a double, as in
    PyTorchVideo's ConstantClipsPerVideoSampler: the last may begin a sample early.
    """
    room = Fraction(max(length / rate - seconds, 0.0))
    starts = [room * number / (count - 1) for number in range(count)]
    return [
        (int(start * rate), min(length, int((start + Fraction(seconds)) * rate)))
        for start in starts
    ]


def batches(
    windows: Iterable[Waveform], max_windows: int
) -> Iterator[Float32[np.ndarray, "window samples"]]:
    """Stack consecutive windows of equal length."""
    if max_windows < 1:
        raise UsageError(f"a batch needs at least one window, not {max_windows}")
    waiting: list[Waveform] = []
    for window in windows:
        if waiting and (len(waiting) == max_windows or len(window) != len(waiting[0])):
            yield np.stack(waiting)
            waiting = []
        waiting.append(window)
    if waiting:
        yield np.stack(waiting)


def check_length(length: int, min_samples: int, rate: int | None, name: str) -> None:
    """Raise the AudioError of `window_lengths` for a sound that is too short."""
    if length >= max(min_samples, 1):
        return
    if rate is None:
        why = f"{length} samples are too short to be encoded; at least {min_samples} are needed"
    else:
        why = (
            f"{length / rate:.4f} s are too short to be encoded; at least"
            f" {min_samples / rate:.4f} s are needed"
        )
    raise AudioError(f"{name}: {why}")


def _whole_windows(length: int, window_samples: int, min_samples: int) -> int:
    """How many come before the last window, whatever follows behind these samples."""
    least = max(min_samples, int(window_samples * MIN_REMAINDER), 1)
    return max(0, (length - least) // window_samples)


def _check_window(window_samples: int, min_samples: int) -> None:
    if window_samples < max(min_samples, 1):
        raise UsageError(
            f"windows of {window_samples} samples are too short: the encoder needs {min_samples}"
        )
