"""Spectra become Listenings, computed once by an encoder that is done training, and cached.

Each clip is encoded several times, first as it is, then augmented, with the facts that are then true.
Does not know what they are used for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from mullama.jobs.atomic import atomic_file
from mullama.jobs.digest import chunks_digest
from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.studio.compose.harmony import all_keys
from mullama.studio.spectra_set import SpectraSet
from mullama.studio.truth import Truth
from mullama.training.checkpoints import UNREADABLE, TrainingError
from mullama.training.small.augment import Change, augment

BATCH = 32


@dataclass(frozen=True)
class FeatureSet:
    """Listenings, each with what is true of it."""

    listenings: Float[Tensor, "variant states features"]
    """In half precision."""
    truths: tuple[Truth, ...]


def compute_features(
    encoder: FilterbankEncoder, music: SpectraSet, variants: int, seed: int, folder: Path
) -> FeatureSet:
    """All clips `variants` times; cached in `folder` for the encoder's present weights.

    Raises TrainingError where the disk refuses.
    """
    path = folder / f"features-{len(music)}-{variants}-{seed}-{_digest(encoder)}.pt"
    if not path.exists():
        stored = _encode(encoder, music, variants, seed)
        with atomic_file(path, error_type=TrainingError) as part:
            _save(stored, part)
    stored = _load(path)
    change = Change(stored["semitones"], stored["speeds"])
    return FeatureSet(stored["listenings"], tuple(changed(music.truths * variants, change)))


def changed(truths: Sequence[Truth], change: Change) -> list[Truth]:
    """What is true after transposition and a change of speed."""
    keys = all_keys()
    rows = zip(truths, change.semitones.tolist(), change.speed.tolist(), strict=True)
    found = []
    for truth, semitones, speed in rows:
        key, tempo = truth.key, truth.tempo_bpm
        if key is not None:
            place = keys.index(key)
            key = keys[(place % 12 + semitones) % 12 + place // 12 * 12]
        if tempo is not None:
            tempo = round(tempo * speed)
        found.append(replace(truth, key=key, tempo_bpm=tempo))
    return found


@torch.no_grad()
def _encode(
    encoder: FilterbankEncoder, music: SpectraSet, variants: int, seed: int
) -> dict[str, Tensor]:
    encoder.eval()
    listenings, semitones, speeds = [], [], []
    for variant in range(variants):
        for start in range(0, len(music), BATCH):
            spectra = music.spectra(slice(start, start + BATCH))
            clips = len(spectra.bands)
            change = Change(torch.zeros(clips, dtype=torch.long), torch.ones(clips))
            if variant:
                random = Generator().manual_seed((seed * 31 + variant) * 1_000_003 + start)
                spectra, change = augment(spectra, random)
            listenings.append(encoder.attend(spectra).half())
            semitones.append(change.semitones)
            speeds.append(change.speed)
    return {
        "listenings": torch.cat(listenings),
        "semitones": torch.cat(semitones),
        "speeds": torch.cat(speeds),
    }


def _save(stored: dict[str, Any], path: Path) -> None:
    try:
        torch.save(stored, path)
    except RuntimeError as error:  # so torch reports a full disk
        raise OSError(str(error).splitlines()[0]) from error


def _load(path: Path) -> dict[str, Tensor]:
    try:
        stored: dict[str, Tensor] = torch.load(path, weights_only=True)
    except UNREADABLE as error:
        raise TrainingError(
            f"{path} is damaged: remove it, and run the same command again"
        ) from error
    return stored


def _digest(encoder: FilterbankEncoder) -> str:
    return chunks_digest(t.numpy().tobytes() for t in encoder.state_dict().values())[:12]
