"""A sound file, or an array -> a waveform at the encoder's rate, mono or not, block by block.

Any format, rate, channel count and length, in memory that does not grow with the sound. Raises one
clear error for what cannot be read and collects warnings for what was read with reservations.
Does not know windows or encoders.
"""

import math
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from jaxtyping import Float32
from numpy.typing import ArrayLike

from mullama.errors import AudioError, TooLongError, UsageError
from mullama.listen.audio.open_audio import ArraySource, AudioSource, open_audio
from mullama.listen.audio.resample import Resampler, SincResampler, SoxrResampler
from mullama.listen.audio.samples import Frames, Waveform, as_float, require_finite
from mullama.printable import printable

PUBLISHED_SECONDS = 60.0
"""How much of a piece the published model encoded."""
SERVICE_MAX_SECONDS = 6 * 3600.0
"""A generous `max_seconds` where sounds come from strangers: a megabyte can hold a year."""
MIN_RATE_HZ, MAX_RATE_HZ = 100, 1_000_000
MAX_CHANNELS = 256
SILENCE = 2.0**-16
"""A peak below half a step of 16 bits."""


class AudioReader:
    """One sound, a file or an array in memory, read as float32 blocks at `rate` Hz.

    Opening reads the header and raises `AudioError` when there is no sound to be had; reading
    raises it when that shows only later. `as_published` resamples as the published model did and
    reads the first `PUBLISHED_SECONDS` unless `limit_seconds` says otherwise (infinity: all); by itself
    `limit_seconds` reads only so much of any sound. A sound of which more than `max_seconds` would be
    read is refused: at opening where its header says so, else where the limit is passed.
    """

    def __init__(
        self,
        sound: str | PathLike[str] | ArraySource,
        rate: int,
        *,
        as_published: bool = False,
        limit_seconds: float | None = None,
        max_seconds: float | None = None,
    ) -> None:
        if limit_seconds is None and as_published:
            limit_seconds = PUBLISHED_SECONDS
        for option, value in (("limit_seconds", limit_seconds), ("max_seconds", max_seconds)):
            if value is not None and not value > 0:
                raise UsageError(
                    f"{option} must be more than 0, not {value}: some sound must be read"
                )
        self.name = sound.name if isinstance(sound, ArraySource) else printable(sound)
        self.rate = rate
        self.warnings: list[str] = []
        """What the caller should know, one line each; complete when all was read."""
        self.seconds_heard = 0.0
        self._as_published = as_published
        self._limit_seconds = None if limit_seconds == math.inf else limit_seconds
        self._max_seconds = max_seconds
        self._sound = sound
        self._source: AudioSource | None = self._open()
        self.seconds_total = self._source.seconds
        """The length as stated (None where it is not), the true one once all was read."""
        try:
            self._check_length(min(self.seconds_total or 0.0, limit_seconds or math.inf))
        except AudioError:
            self.close()
            raise

    def blocks(self) -> Iterator[Waveform]:
        """Yield the mean of all channels in order, as non-empty blocks. A second call starts over.

        Raises `AudioError` for samples that are NaN or infinite, for absurd rates or channel
        counts, for more than `max_seconds`, and when nothing decodes at all.
        """
        for block in self._read(every_channel=False):
            yield block[:, 0]

    def frames(self) -> Iterator[Frames]:
        """As `blocks`, but every channel by itself; their number may change on the way."""
        yield from self._read(every_channel=True)

    def _read(self, *, every_channel: bool) -> Iterator[Frames]:
        source, self._source = self._source or self._open(), None
        self.warnings.clear()
        self.seconds_heard = 0.0
        samples, peak = 0, 0.0
        limit = None if self._limit_seconds is None else round(self._limit_seconds * self.rate)
        try:
            for resampled in self._resampled(source, every_channel):
                block = resampled if limit is None else resampled[: limit - samples]
                if len(block):
                    samples += len(block)
                    self.seconds_heard = samples / self.rate
                    self._check_length(self.seconds_heard)
                    peak = max(peak, require_finite(block, self.name))
                    yield block
                if samples == limit:
                    break
            else:
                self._report_end(source, samples)
        finally:
            source.close()
        if peak < SILENCE:
            self.warnings.append(f"{self.name}: holds only silence")

    def waveform(self) -> Waveform:
        """The whole sound at once; for what surely fits in memory."""
        return np.concatenate(list(self.blocks()))

    def close(self) -> None:
        """Let go of a file that was opened and never read."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def __enter__(self) -> "AudioReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> AudioSource:
        if isinstance(self._sound, ArraySource):
            return self._sound
        return open_audio(Path(self._sound))

    def _check_length(self, seconds: float) -> None:
        if self._max_seconds is not None and seconds > self._max_seconds:
            raise TooLongError(
                f"{self.name}: is longer than {self._max_seconds:g} s, the most that is read here"
                " (max_seconds): cut it into parts"
            )

    def _report_end(self, source: AudioSource, samples: int) -> None:
        """All was read: was there anything, and was it what the file had promised?"""
        if not samples:
            cause = "nothing in it decodes" if source.damaged else "holds no sound"
            raise AudioError(f"{self.name}: {cause}")
        if source.damaged:
            total = self.seconds_total or 0.0
            promised = f" of {total:.1f}" if total > self.seconds_heard + 0.1 else ""
            self.warnings.append(
                f"{self.name}: cut short or damaged, read as far as it goes"
                f" ({self.seconds_heard:.1f}{promised} s)"
            )
        self.seconds_total = self.seconds_heard

    def _resampled(self, source: AudioSource, every_channel: bool) -> Iterator[Frames]:
        """At the wanted rate; a stream may change its rate or channels on the way."""
        # The published order is to resample every channel and then to take the mean.
        before = _unchanged if every_channel or self._as_published else _mono
        after = _unchanged if every_channel else _mono
        resampler: Resampler | None = None
        shape = (0, 0)
        for piece, rate in source.pieces():
            require_finite(piece, self.name)
            if (rate, piece.shape[1]) != shape:
                if resampler is not None:
                    yield after(resampler.push(before(_no_frames(shape[1])), last=True))
                shape = (rate, piece.shape[1])
                self._check_shape(*shape)
                resampler = self._resampler(rate, before(piece).shape[1])
            channels = before(piece)
            yield after(channels if resampler is None else resampler.push(channels))
        if resampler is not None:
            yield after(resampler.push(before(_no_frames(shape[1])), last=True))

    def _check_shape(self, rate: int, channels: int) -> None:
        if not MIN_RATE_HZ <= rate <= MAX_RATE_HZ:
            raise AudioError(
                f"{self.name}: a sample rate of {rate} Hz is outside"
                f" {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz"
            )
        if not 1 <= channels <= MAX_CHANNELS:
            raise AudioError(f"{self.name}: {channels} channels are not 1 to {MAX_CHANNELS}")

    def _resampler(self, rate: int, channels: int) -> Resampler | None:
        if rate == self.rate:
            return None
        if self._as_published:
            return SincResampler(rate, self.rate, channels)
        return SoxrResampler(rate, self.rate, channels)


def from_array(
    samples: ArrayLike,
    rate_in: int,
    rate: int,
    *,
    name: str = "array",
    as_published: bool = False,
    limit_seconds: float | None = None,
    max_seconds: float | None = None,
) -> AudioReader:
    """Read an array, (samples,) or (channels, samples) at `rate_in` Hz, as if it were a file.

    Integers are scaled by their width (unsigned ones around their middle). Raises `AudioError` for
    other shapes, other types, and whatever a file would be refused for.
    """
    numbers: Any = np.asarray(samples)
    if numbers.ndim not in (1, 2):
        raise AudioError(f"{name}: must be (samples,) or (channels, samples), not {numbers.shape}")
    if numbers.ndim == 2 and numbers.shape[0] > MAX_CHANNELS:
        raise AudioError(
            f"{name}: {numbers.shape[0]} channels are not 1 to {MAX_CHANNELS};"
            " the order is (channels, samples)"
        )
    if rate_in <= 0:
        raise AudioError(f"{name}: a sample rate of {rate_in} Hz makes no sense")
    frames = np.atleast_2d(as_float(numbers, name)).T
    return AudioReader(
        ArraySource(frames, rate_in, name),
        rate,
        as_published=as_published,
        limit_seconds=limit_seconds,
        max_seconds=max_seconds,
    )


def _mono(block: Frames) -> Float32[np.ndarray, "frames 1"]:
    """The mean of all channels."""
    if block.shape[1] == 1:
        return block
    channels = np.float32(block.shape[1])
    return block @ np.ones((block.shape[1], 1), dtype=np.float32) / channels


def _unchanged(block: Frames) -> Frames:
    return block


def _no_frames(channels: int) -> Frames:
    return np.zeros((0, channels), dtype=np.float32)
