"""Names of clips become Listenings, at each step of a training: from the cache, or from an encoder that trains.

Does not know questions; how the cache was filled stands in prepare_listenings.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mullama.errors import UsageError
from mullama.listen.audio.reader import AudioReader
from mullama.listen.cache import SILENT_SECONDS, ListeningCache
from mullama.listen.encoders.encoder import Encoder
from mullama.listen.listening import encode_clips, first_window

DECODED = 64
"""Clips whose waveforms stay decoded while an encoder trains."""

Names = Sequence[str | None]
"""Of clips' files; None is silence."""
Listen = Callable[[Names], Float[Tensor, "clip states features"]]


@dataclass(frozen=True)
class CachedListenings:
    """Listenings by the names of their clips."""

    cache: ListeningCache
    digests: dict[str | None, str]

    def __call__(self, names: Names) -> Float[Tensor, "clip states features"]:
        """Listenings as they were cached. Raises UsageError for one that is gone."""
        rows = [self.cache.get(self.digests[name]) for name in names]
        for name, row in zip(names, rows, strict=True):
            if row is None:
                raise UsageError(
                    f"the Listening of {name or 'silence'} is gone from {self.cache.folder}: run the "
                    "same command again"
                )
        return torch.from_numpy(np.stack([np.asarray(row, dtype=np.float32) for row in rows]))


class OnlineListenings:
    """Listenings from an encoder that trains."""

    def __init__(self, encoder: Encoder, device: torch.device) -> None:
        self.encoder, self.device = encoder, device
        self._waveform = lru_cache(DECODED)(self._decode)

    def __call__(self, names: Names) -> Float[Tensor, "clip states features"]:
        """Listenings as the encoder is now, with gradients.

        Of a clip longer than the encoder's window a random part is taken.
        """
        clips = []
        for name in names:
            waveform = self._waveform(name)
            size = first_window(self.encoder, len(waveform))
            start = int(torch.randint(len(waveform) - size + 1, ()))
            clips.append(waveform[start : start + size].to(self.device))
        return encode_clips(self.encoder, clips)

    def _decode(self, name: str | None) -> Float[Tensor, " samples"]:
        rate = self.encoder.sample_rate
        if name is None:
            return torch.zeros(round(SILENT_SECONDS * rate))
        with AudioReader(name, rate) as reader:
            return torch.from_numpy(reader.waveform())
