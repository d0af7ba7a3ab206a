"""Encoders and clips become features on the disk, and those of all encoders are of the same clips.

Features are Listenings, in the cache that `mullama listen` fills: a clip that was encoded once is not
encoded again, be it after a kill. Knows no tags.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mullama.evaluation.probe.encoders import Named
from mullama.evaluation.probe.tags import TaggedClip
from mullama.evaluation.probe.train import States
from mullama.listen.cache import ListeningCache, open_cache
from mullama.listen.precompute import precompute


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """Where and how clips are encoded."""

    store: Path
    """The cache's folder."""
    workers: int | None = None
    dtype: str | None = None
    device: str | None = None
    seed: int = 0
    """Of encoders whose weights are drawn."""


@dataclass(frozen=True)
class Features:
    """What one encoder makes of clips."""

    label: str
    kind: str
    """The encoder's architecture."""
    parameters: int
    cache: ListeningCache
    digests: dict[Path, str] = field(default_factory=dict)
    """File -> what it is cached under."""

    def states(self, clips: Sequence[TaggedClip]) -> States:
        """The hidden states of these clips, in half precision where they are stored so."""
        found = (self.cache.get(self.digests[clip.audio]) for clip in clips)
        return np.stack([states for states in found if states is not None])


def encode(
    encoder: Named,
    clips: Sequence[TaggedClip],
    hearing: Hearing,
    *,
    on_error: Callable[[str], None],
    progress: bool = False,
) -> Features:
    """The features of every clip that can be encoded; `on_error` is told of the others.

    Raises CheckpointError for weights that do not fit, UsageError, DeviceMemoryError.
    """
    opened = encoder.open(hearing.dtype, hearing.device, hearing.seed)
    cache = open_cache(hearing.store, opened)
    report = precompute(
        [clip.audio for clip in clips],
        cache,
        workers=hearing.workers,
        on_error=lambda _, cause: on_error(f"{encoder.label}: {cause}"),
        progress=progress,
    )
    kind = str(opened.config.model_type).removeprefix("mullama_").replace("_", "-")
    parameters = sum(one.numel() for one in opened.parameters())
    return Features(encoder.label, kind, parameters, cache, report.digests)


def common(clips: Sequence[TaggedClip], features: Sequence[Features]) -> list[TaggedClip]:
    """The clips that every encoder could encode."""
    return [clip for clip in clips if all(clip.audio in one.digests for one in features)]
