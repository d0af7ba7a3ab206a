"""Windows of songs that are heard at the same time are encoded together, where they are of one length.

Whoever finds the encoder free encodes for all who wait: nobody waits for company, and one batch runs
at a time. Knows neither files nor songs.
"""

import threading
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.listen.encoders.encoder import Encoder
from mullama.listen.listening import encode_windows, max_windows


@dataclass(eq=False)
class _Waiting:
    windows: Tensor
    means: Tensor | None = None


class JointEncoding:
    """`encode_windows` of one encoder, for threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._line: list[_Waiting] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def __call__(
        self, windows: Float[Tensor, "window samples"]
    ) -> Float[Tensor, "window states features"]:
        """As `encode_windows`."""
        waiting = _Waiting(windows)
        with self._lock:
            self._line.append(waiting)
        with self._turn:
            if waiting.means is None:
                self._encode(waiting)
        assert waiting.means is not None
        return waiting.means

    @torch.no_grad()
    def _encode(self, first: _Waiting) -> None:
        """Those that wait, this one first; alone where that fails, for it may be another's fault."""
        together = self._company(first)
        try:
            means = encode_windows(self._encoder, torch.cat([one.windows for one in together]))
        except BaseException as error:
            with self._lock:
                self._line += together[1:]  # they try by themselves
            if len(together) == 1 or not isinstance(error, Exception):
                raise
            first.means = encode_windows(self._encoder, first.windows)
            return
        parts = means.split([len(one.windows) for one in together])
        for one, part in zip(together, parts, strict=True):
            one.means = part

    def _company(self, first: _Waiting) -> list[_Waiting]:
        """Taken out of the line: this one, and windows of its length, as many as fit beside it."""
        with self._lock:
            self._line.remove(first)
            together, room = [first], max_windows(self._encoder) - len(first.windows)
            for other in list(self._line):
                if other.windows.shape[1] == first.windows.shape[1] and len(other.windows) <= room:
                    self._line.remove(other)
                    together.append(other)
                    room -= len(other.windows)
        return together
