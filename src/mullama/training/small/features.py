"""Heard music becomes Listenings, computed once and kept: what an encoder that is done hears.

Each clip is heard several times, first as it is, then augmented, with the facts that are then true.
Does not know what is learnt from them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Generator, Tensor

from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.studio.compose.harmony import all_keys
from mullama.studio.spectra_set import SpectraSet
from mullama.studio.truth import Truth
from mullama.training.small.augment import Change, augment

BATCH = 32


@dataclass(frozen=True)
class FeatureSet:
    """Listenings, each with what is true of it."""

    listenings: Tensor
    """(hearing, states, features), half precision."""
    truths: tuple[Truth, ...]


def compute_features(
    encoder: FilterbankEncoder, music: SpectraSet, variants: int, seed: int, folder: Path
) -> FeatureSet:
    """All clips `variants` times; kept in `folder` for the encoder's present weights."""
    path = folder / f"heard-{len(music)}-{variants}-{seed}-{_digest(encoder)}.pt"
    if not path.exists():
        part = path.with_suffix(".part")
        listenings, semitones, speeds = _hear(encoder, music, variants, seed)
        torch.save({"listenings": listenings, "semitones": semitones, "speeds": speeds}, part)
        part.replace(path)
    stored = torch.load(path, weights_only=True)
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
def _hear(
    encoder: FilterbankEncoder, music: SpectraSet, variants: int, seed: int
) -> tuple[Tensor, Tensor, Tensor]:
    encoder.eval()
    listenings, semitones, speeds = [], [], []
    for variant in range(variants):
        for start in range(0, len(music), BATCH):
            heard = music.spectra(slice(start, start + BATCH))
            clips = len(heard.bands)
            change = Change(torch.zeros(clips, dtype=torch.long), torch.ones(clips))
            if variant:
                random = Generator().manual_seed((seed * 31 + variant) * 1_000_003 + start)
                heard, change = augment(heard, random)
            listenings.append(encoder.attend(heard).half())
            semitones.append(change.semitones)
            speeds.append(change.speed)
    return torch.cat(listenings), torch.cat(semitones), torch.cat(speeds)


def _digest(encoder: FilterbankEncoder) -> str:
    weights = hashlib.sha256()
    for tensor in encoder.state_dict().values():
        weights.update(tensor.numpy().tobytes())
    return weights.hexdigest()[:12]
