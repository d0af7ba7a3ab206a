"""Samples at one rate, block by block -> the same sound at another rate, block by block.

`SoxrResampler` is the one to use; `SincResampler` is the published model's, there so that its
samples can be had exactly. Neither knows files, channels' meaning or windows.
"""

from math import ceil, gcd
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Int64

from mullama.listen.audio.samples import Frames


@runtime_checkable
class Resampler(Protocol):
    """Takes blocks and returns blocks, of other lengths."""

    def push(
        self, block: Frames, *, last: bool = False
    ) -> Float32[np.ndarray, "resampled channels"]:
        """Hand in the next frames (none is fine), get what can be told so far."""


class SoxrResampler:
    """libsoxr at its high quality, streaming: memory does not grow with the sound."""

    def __init__(self, rate_in: int, rate_out: int, channels: int) -> None:
        import soxr

        self._stream = soxr.ResampleStream(
            rate_in, rate_out, channels, dtype="float32", quality="HQ"
        )
        self._channels = channels

    def push(
        self, block: Frames, *, last: bool = False
    ) -> Float32[np.ndarray, "resampled channels"]:
        resampled = self._stream.resample_chunk(np.ascontiguousarray(block), last=last)
        return np.asarray(resampled, dtype=np.float32).reshape(-1, self._channels)


class SincResampler:
    """A sinc low-pass under a Hann window, evaluated at each output instant.

    With orig : new the reduced ratio of the rates and f = ROLLOFF * min(orig, new), output n stands
    at input position n * orig / new and is the sum over input samples k of

        x[k] * (f / orig) * sinc(u) * cos(pi u / (2 WIDTH))^2

    with u = f (k / orig - n / new) wherever |u| < WIDTH.

    The kernel is computed in float32, as the published features were. Only the taps under the
    window are used, so coprime rates cost no more memory than round ones.
    """

    WIDTH = 6
    """Zero crossings of the sinc on each side."""
    ROLLOFF = 0.99
    """Cut-off as a share of the lower Nyquist frequency."""

    def __init__(self, rate_in: int, rate_out: int, channels: int) -> None:
        common = gcd(rate_in, rate_out)
        self._orig, self._new = rate_in // common, rate_out // common
        cutoff = self.ROLLOFF * min(self._orig, self._new)
        self._reach = ceil(self.WIDTH * self._orig / cutoff)
        self._kernel = self._taps(cutoff)
        self._pending = np.zeros((self._reach, channels), dtype=np.float32)
        self._first = -self._reach  # the input position of the first pending frame
        self._received = 0
        self._made = 0

    def _taps(self, cutoff: float) -> Float32[np.ndarray, "taps phases"]:
        """Column p serves the outputs n with n % new == p."""
        phase = np.arange(self._new)
        offset = np.arange(-self._reach, self._reach + 2)
        position = phase * self._orig // self._new + offset[:, None]
        instant = (-phase / self._new).astype(np.float32)
        lobes = instant + (position / self._orig).astype(np.float32)
        lobes = np.clip(lobes * np.float32(cutoff), -self.WIDTH, self.WIDTH)
        window = np.cos(lobes * np.float32(np.pi / self.WIDTH / 2)) ** 2
        kernel: Float32[np.ndarray, "taps phases"] = (
            np.sinc(lobes) * window * np.float32(cutoff / self._orig)
        )
        return kernel.astype(np.float32, copy=False)

    def push(
        self, block: Frames, *, last: bool = False
    ) -> Float32[np.ndarray, "resampled channels"]:
        self._received += len(block)
        pieces = [self._pending, block]
        if last:
            pieces.append(np.zeros((self._reach + 2, block.shape[1]), dtype=np.float32))
            end = -(-self._received * self._new // self._orig)
        else:
            # Output n needs input up to floor(n * orig / new) + reach + 1.
            ready = max(0, self._received - self._reach - 1)
            end = max(self._made, -(-ready * self._new // self._orig))
        self._pending = np.concatenate(pieces)
        made = self._evaluate(np.arange(self._made, end))
        self._made = end
        needed = end * self._orig // self._new - self._reach
        self._pending = self._pending[max(0, needed - self._first) :].copy()
        self._first = max(self._first, needed)
        return made

    def _evaluate(self, outputs: Int64[np.ndarray, " frames"]) -> Frames:
        start = outputs * self._orig // self._new - self._reach - self._first
        kernel = np.take(self._kernel, outputs % self._new, axis=1)
        total = np.zeros((len(outputs), self._pending.shape[1]), dtype=np.float32)
        for tap, weights in enumerate(kernel):
            total += weights[:, None] * np.take(self._pending, start + tap, axis=0)
        return total
