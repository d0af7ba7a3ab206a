"""Spectra become Listenings, computed once by an encoder that is done training, and cached.

Each clip is encoded several times, first as it is, then augmented, with the facts that are then true. Where
clips follow each other in one piece, the mean of their Listenings is one more, as songs are listened
to in windows. Does not know what they are used for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor

from mullama.jobs.atomic import atomic_file
from mullama.jobs.digest import chunks_digest
from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.studio.compose.harmony import all_keys
from mullama.studio.spectra_set import SpectraSet
from mullama.studio.truth import Truth
from mullama.training.checkpoints import UNREADABLE, TrainingError
from mullama.training.small.attributes import facts_read, targets
from mullama.training.small.augment import Change, augment

BATCH = 32
"""Clips that are encoded together, at most; all of a piece are."""
MOVED = 0.4
"""Less than half: what a mixture began as is most of it."""
VERSION = 2
"""Of what is cached; another one is computed anew."""


@dataclass(frozen=True)
class FeatureSet:
    """Listenings, each with what is true of it."""

    listenings: Float[Tensor, "variant states features"]
    """In half precision."""
    truths: tuple[Truth, ...]
    clips: Int[Tensor, " variant"]
    """Which clip each is of; of a piece's mean, its first."""
    read: dict[str, Tensor] | None = None
    """The logits that probes read in them, if they did."""

    def facts(self, *, probable: bool, sharpened: float = 1.0) -> Float[Tensor, "variant facts"]:
        """The facts as vectors: as probable as probes read them, or certain or missing; see Phase."""
        true = targets(self.truths)
        if not probable:
            return true.vector()
        assert self.read is not None, "no probes have read these Listenings"
        return torch.where(true.silent[:, None], true.vector(), facts_read(self.read, sharpened))


def compute_features(
    encoder: FilterbankEncoder, music: SpectraSet, variants: int, seed: int, folder: Path
) -> FeatureSet:
    """All clips `variants` times, and the means of those of a piece; cached for the encoder's present weights.

    Raises TrainingError where the disk refuses.
    """
    path = folder / f"features-{VERSION}-{len(music)}-{variants}-{seed}-{_digest(encoder)}.pt"
    if not path.exists():
        stored = _encode(encoder, music, variants, seed)
        with atomic_file(path, error_type=TrainingError) as part:
            _save(stored, part)
    stored = _load(path)
    change = Change(stored["semitones"], stored["speeds"])
    truths = [music.truths[clip] for clip in stored["clips"].tolist()]
    return FeatureSet(stored["listenings"], tuple(changed(truths, change)), stored["clips"])


def with_mixtures(features: FeatureSet, each: int, seed: int) -> FeatureSet:
    """The same and `each` more of every Listening, moved by up to MOVED of the way towards another one.

    What is true of those is not known; silence stays as it is.
    """
    random = Generator().manual_seed(seed)
    sounding = torch.tensor([not truth.silent for truth in features.truths])
    listenings = [features.listenings]
    for _ in range(each):
        others = features.listenings[torch.randperm(len(sounding), generator=random)]
        way = MOVED * torch.rand(len(sounding), 1, 1, generator=random) * sounding[:, None, None]
        listenings.append(torch.lerp(features.listenings.float(), others.float(), way).half())
    times = 1 + each
    return FeatureSet(torch.cat(listenings), features.truths * times, features.clips.repeat(times))


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
    found: dict[str, list[Tensor]] = {
        name: [] for name in ("listenings", "clips", "semitones", "speeds")
    }
    for variant in range(variants):
        for rows in _batches(music.continues):
            start = rows.start
            spectra, piece = music.spectra(rows), _first_of_piece(music.continues[rows])
            clips = len(piece)
            change = Change(torch.zeros(clips, dtype=torch.long), torch.ones(clips))
            if variant:
                random = Generator().manual_seed((seed * 31 + variant) * 1_000_003 + start)
                spectra, change = augment(spectra, random, piece=piece)
            alone = encoder.attend(spectra)
            several, means = _of_pieces(alone, piece)
            which = torch.cat([torch.arange(clips), several])
            found["listenings"].append(torch.cat([alone, means]).half())
            found["clips"].append(start + which)
            found["semitones"].append(change.semitones[which])
            found["speeds"].append(change.speed[which])
    return {name: torch.cat(parts) for name, parts in found.items()}


def _batches(continues: Bool[Tensor, " clip"]) -> Iterator[slice]:
    """Clips in order, cut where pieces begin: at most BATCH at a time, but for a longer piece."""
    begins = [*(~continues).nonzero()[:, 0].tolist(), len(continues)]
    start = 0
    for place, following in pairwise(begins):
        if following - start > BATCH and place > start:
            yield slice(start, place)
            start = place
    if start < len(continues):
        yield slice(start, len(continues))


def _first_of_piece(continues: Bool[Tensor, " clip"]) -> Int[Tensor, " clip"]:
    """Which clips go on with the one before -> of each clip, the first of its piece here."""
    begins = ~continues
    begins[:1] = True
    return torch.where(begins, torch.arange(len(begins)), 0).cummax(0).values


def _of_pieces(
    listenings: Float[Tensor, "clip states features"], piece: Int[Tensor, " clip"]
) -> tuple[Int[Tensor, " piece"], Float[Tensor, "piece states features"]]:
    """The pieces of several clips, by their first ones, and the means of their Listenings."""
    counts = torch.bincount(piece, minlength=len(piece))
    several = (counts > 1).nonzero()[:, 0]
    sums = torch.zeros_like(listenings).index_add(0, piece, listenings)
    return several, sums[several] / counts[several, None, None]


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
