"""A sound -> four pictures of it: waveform, spectrogram, tempogram, chroma, each with time to the right.

Powers and onsets are those that the small encoder hears (listen/encoders/spectra.py), whatever model is
asked. The sound is read in stretches: only onsets are kept whole, 1.6 KB a second.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from numpy.lib.stride_tricks import sliding_window_view

from mullama.listen.audio.reader import AudioReader
from mullama.listen.audio.samples import Waveform
from mullama.listen.encoders.pitches import PITCH_CLASSES
from mullama.listen.encoders.spectra import (
    FRAMES_HZ,
    LAG_SECONDS,
    LAGS,
    ONSETS_HZ,
    REFERENCE_HZ,
    onset_strength,
    powers,
    tempogram,
)
from mullama.show.columns import Columns
from mullama.show.spans import cut, stretch_spans

RATE = REFERENCE_HZ
FRAME = RATE // FRAMES_HZ
CORE, MARGIN = 10 * RATE, 20 * FRAME
"""Samples of a stretch, and beside it: more than half of the longest Fourier window, whole frames."""
COLUMNS = 1000
RANGE_DB = 70.0
"""What is so far below the loudest is drawn as silent."""
TEMPO_SECONDS = 8.0
"""Of the onsets that a column of the tempogram tells of."""
TEMPO_COLUMNS = 500
LAG_ROWS = slice(4, 74)
"""Of the lags those from 328 to 37 beats a minute are shown."""
CHROMA_BANDS = slice(PITCH_CLASSES, 7 * PITCH_CLASSES)
"""C2 to B7."""
SILENT = 1e-9
"""Power of a band below which there is no note."""
TINY = 1e-30
BATCH = 64


@dataclass(frozen=True)
class Sight:
    """A picture whose columns are instants."""

    values: Float32[np.ndarray, "columns rows"]
    seconds: float
    """From the first column's left edge to the last one's right: it may be a little more than the sound's."""


@dataclass(frozen=True)
class Sights:
    """What a sound looks like."""

    seconds: float
    waveform: Sight
    """Lowest and highest sample of each column."""
    spectrogram: Sight
    """A band a semitone from C1 up; 0 is 70 dB below the loudest, 1 the loudest."""
    tempogram: Sight
    """Square root of the onsets' autocorrelation, the strongest is 1, at the rates of `tempo_rows`."""
    chroma: Sight
    """Amplitude of the pitch classes from C up; the strongest of each column is 1."""


def tempo_rows() -> Float32[np.ndarray, " lags"]:
    """Beats per minute of the tempogram's rows, rising by equal ratios."""
    return (60 / np.geomspace(*LAG_SECONDS, LAGS))[LAG_ROWS][::-1].astype(np.float32)


def look(path: str | PathLike[str], seconds: float) -> Sights:
    """Read a file of about so many seconds. Raises AudioError."""
    waveform, bands = Columns(COLUMNS, np.max), Columns(COLUMNS, np.mean)
    onsets = []
    with AudioReader(path, RATE) as reader:
        for samples, whole in _stretches(reader, round(seconds * RATE)):
            waveform.add(_peaks(samples[whole]))
            power, strength = _heard(samples, whole)
            bands.add(power)
            onsets.append(strength)
        seconds = reader.seconds_heard
    power = bands.finish()
    return Sights(
        seconds,
        _sight(waveform.finish() * np.array([-1, 1], np.float32), waveform.step),
        _sight(_decibels(power), bands.step),
        Sight(_tempogram(np.concatenate(onsets, axis=1)), seconds),
        _sight(_chroma(power), bands.step),
    )


def _stretches(reader: AudioReader, length: int) -> Iterator[tuple[Waveform, slice]]:
    """Stretches with what is beside them, and which of their samples are their own."""
    spans = stretch_spans(length, CORE, MARGIN)
    for (start, _), samples in zip(spans, cut(reader.blocks(), spans), strict=True):
        own = 0 if start < 0 else MARGIN
        end = None if start == spans[-1][0] else own + CORE
        if len(samples) > own:
            yield samples, slice(own, end)


def _peaks(samples: Waveform) -> Float32[np.ndarray, "frames 2"]:
    """The lowest sample of each frame, negated, and the highest."""
    padded = np.pad(samples, (0, -len(samples) % FRAME), mode="edge").reshape(-1, FRAME)
    return np.stack([-padded.min(axis=1), padded.max(axis=1)], axis=1)


def _heard(samples: Waveform, own: slice) -> tuple[Any, Any]:
    """Powers (frames, bands) and onsets (groups, frames) of a stretch's own samples."""
    with torch.inference_mode():
        found = powers(torch.from_numpy(samples)[None], RATE)
        strength = onset_strength(found, RATE)[0].numpy()
    first, last = own.start // FRAME, None if own.stop is None else own.stop // FRAME
    twice = slice(2 * first, None if last is None else 2 * last)
    return found.bands[0].numpy().T[first:last], strength[:, twice]


def _sight(values: Float32[np.ndarray, "columns rows"], step: int) -> Sight:
    return Sight(values.astype(np.float32), len(values) * step / FRAMES_HZ)


def _decibels(power: Float32[np.ndarray, "columns bands"]) -> Float32[np.ndarray, "columns bands"]:
    """On a scale from 0, `RANGE_DB` below the loudest, to 1; silence is 0."""
    decibels = 10 * np.log10(np.maximum(power, TINY) / max(float(power.max()), SILENT))
    return np.clip(1 + decibels / RANGE_DB, 0, 1)


def _chroma(power: Float32[np.ndarray, "columns bands"]) -> Float32[np.ndarray, "columns classes"]:
    """What stands out of the octave around it, so that drums colour no note."""
    notes = np.sqrt(np.where(power > SILENT, power, 0))
    around = np.pad(notes, ((0, 0), (PITCH_CLASSES // 2, PITCH_CLASSES // 2)), mode="edge")
    octave = sliding_window_view(around, PITCH_CLASSES + 1, axis=1).mean(axis=2)
    peaks = np.maximum(notes - octave, 0)[:, CHROMA_BANDS]
    classes = peaks.reshape(len(power), -1, PITCH_CLASSES).sum(axis=1)
    return classes / np.maximum(classes.max(axis=1, keepdims=True), math.sqrt(SILENT))


def _tempogram(onsets: Float32[np.ndarray, "groups frames"]) -> Float32[np.ndarray, "columns lags"]:
    """Of the seconds around each column; a sound's first and last ones stand for what lies beyond."""
    length = onsets.shape[1]
    width = min(round(TEMPO_SECONDS * ONSETS_HZ), length)
    count = min(TEMPO_COLUMNS, math.ceil(4 * length / ONSETS_HZ))
    middles = (np.arange(count) + 0.5) * length / count
    starts = np.clip(np.round(middles - width / 2).astype(int), 0, length - width)
    rows = []
    for few in np.array_split(starts, math.ceil(count / BATCH)):
        parts = np.stack([onsets[:, start : start + width] for start in few])
        with torch.inference_mode():
            rows.append(tempogram(torch.from_numpy(parts)).mean(dim=1).numpy())
    found = np.clip(np.concatenate(rows), 0, 1)
    # A beat is sharper than the lags are far apart: it is seen at its neighbours, too.
    near = sliding_window_view(np.pad(found, ((0, 0), (1, 1))), 3, axis=1).max(axis=2)
    shown = np.sqrt(near[:, LAG_ROWS][:, ::-1])
    return shown / max(float(shown.max()), SILENT)
