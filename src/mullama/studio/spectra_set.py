"""Waveforms with their truths <-> spectra as bytes, in memory and in shard files.

Spectra take a tenth of the waveform's room and hold all that the small encoder reads, so no waveform
is stored. Does not know where clips come from.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
import torch
from jaxtyping import Bool, Int
from numpy.typing import NDArray
from torch import Tensor

from mullama.errors import UsageError
from mullama.jobs.atomic import atomic_file
from mullama.listen.encoders.spectra import Spectra, spectra
from mullama.studio.sound.render import RATE
from mullama.studio.truth import Truth

STORED = 2
"""What shards hold; raised when that changes."""
BANDS_STEP, ONSETS_STEP, PITCHES_STEP = 20.0 / 255, 4.0 / 255, 12.0 / 255
"""What one unit of a stored byte stands for."""


class SpectraBytes(NamedTuple):
    """One clip's spectra as they are stored."""

    bands: NDArray[np.uint8]
    """(bands, frames)."""
    onsets: NDArray[np.uint8]
    """(groups, frames)."""
    pitches: NDArray[np.uint8]
    """(pitches, frames)."""


@dataclass(frozen=True)
class SpectraSet:
    """Many clips, in memory."""

    bands: Tensor
    """(clip, bands, frames), bytes."""
    onsets: Tensor
    """(clip, groups, frames), bytes."""
    pitches: Tensor
    """(clip, pitches, frames), bytes."""
    truths: tuple[Truth, ...]
    """What is true of each clip."""
    continues: Bool[Tensor, " clip"]
    """Which clips go on with the piece of the one before."""

    def __len__(self) -> int:
        return len(self.truths)

    def some(self, clips: Int[Tensor, " chosen"]) -> "SpectraSet":
        """These of them, whole pieces."""
        truths = tuple(self.truths[clip] for clip in clips.tolist())
        pictures = (self.bands[clips], self.onsets[clips], self.pitches[clips])
        return SpectraSet(*pictures, truths, self.continues[clips])

    def spectra(self, clips: Tensor | slice) -> Spectra:
        """Their spectra, as the encoder takes them."""
        return Spectra(
            self.bands[clips].float() * BANDS_STEP,
            self.onsets[clips].float() * ONSETS_STEP,
            self.pitches[clips].float() * PITCHES_STEP,
        )


def spectra_bytes(waveform: NDArray[np.float32]) -> SpectraBytes:
    """A waveform (samples,) at the studio's rate -> its spectra as they are stored."""
    music = spectra(torch.from_numpy(waveform)[None], RATE)
    steps = (BANDS_STEP, ONSETS_STEP, PITCHES_STEP)
    return SpectraBytes(
        *(
            np.rint(picture[0].numpy() / step).clip(0, 255).astype(np.uint8)
            for picture, step in zip(music, steps, strict=True)
        )
    )


def write_shard(
    path: Path,
    clips: Sequence[SpectraBytes],
    truths: Sequence[Truth],
    continues: Sequence[bool],
) -> None:
    """Write spectra as bytes, and truths as JSON, to one file. Raises UsageError for a full disk.

    `continues` says of each clip whether it goes on with the one before.
    """
    with atomic_file(path) as part, part.open("wb") as file:
        np.savez(
            file,
            bands=np.stack([clip.bands for clip in clips]),
            onsets=np.stack([clip.onsets for clip in clips]),
            pitches=np.stack([clip.pitches for clip in clips]),
            truths=np.array([json.dumps(truth.as_dict()) for truth in truths]),
            continues=np.array(continues, dtype=bool),
        )


def together(sets: Sequence[SpectraSet]) -> SpectraSet:
    """The clips of several sets, one set after the other; empty ones are passed over."""
    parts = [one for one in sets if len(one)]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        none = torch.zeros(0, dtype=torch.uint8)
        return SpectraSet(none, none, none, (), none.bool())
    return SpectraSet(
        torch.cat([part.bands for part in parts]),
        torch.cat([part.onsets for part in parts]),
        torch.cat([part.pitches for part in parts]),
        tuple(truth for part in parts for truth in part.truths),
        torch.cat([part.continues for part in parts]),
    )


def read_shards(paths: Iterable[Path]) -> SpectraSet:
    """Read what `write_shard` wrote, one file after the other. Raises UsageError for a damaged one."""
    return together([_read_shard(path) for path in paths])


def _read_shard(path: Path) -> SpectraSet:
    try:
        with path.open("rb") as file, np.load(file) as shard:
            truths = [Truth.from_dict(json.loads(str(line))) for line in shard["truths"]]
            bands, onsets, pitches, continues = (
                torch.from_numpy(shard[name])
                for name in ("bands", "onsets", "pitches", "continues")
            )
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, zlib.error, UsageError) as error:
        raise UsageError(f"{path} is damaged: remove it, and run the same command again") from error
    return SpectraSet(bands, onsets, pitches, tuple(truths), continues)
