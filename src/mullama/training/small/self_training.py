"""Facts of recordings that no label has become what the probes read in them, where they are sure.

Tools agree on the key of half of the recordings only, and what they disagree about is lost to a training on
labels. Probes read the missing tempo and key from a whole piece as it is, all of its clips together, and the
encoder then learns them from short, changed parts of it (self-training; Xie et al. 2020, "Self-training with
Noisy Student"). What is rendered stays as it is: there, what is open cannot be heard.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mullama.jobs.atomic import write_text
from mullama.studio.compose.harmony import all_keys
from mullama.studio.spectra_set import SpectraSet
from mullama.studio.truth import Truth
from mullama.training.checkpoints import TrainingError
from mullama.training.small.build_model import SmallTrainableModel
from mullama.training.small.features import compute_features
from mullama.training.small.pseudo_labels import read_tempo

SURE_KEY, SURE_TEMPO = 0.6, 0.6
"""Mean share of the likeliest key, or of the likeliest tempo and its neighbours, that is believed."""
Guess = tuple[int | None, str | None]
"""Tempo in BPM, and key."""


def fill_in(
    trainable: SmallTrainableModel, music: SpectraSet, seed: int, folder: Path, phase: str
) -> SpectraSet:
    """The same music with the tempo and key of recordings that were open, as the probes now read them.

    They are read once in a phase and kept in the run's folder, as the encoder changes with every step.
    Raises TrainingError where the disk refuses, or for other music than they were read in.
    """
    path = folder / f"read-in-{phase.replace(' ', '-')}.json"
    if not path.exists():
        guesses = _read(trainable, music, seed, folder)
        write_text(path, json.dumps(guesses), error_type=TrainingError)
    guesses = json.loads(path.read_text(encoding="utf-8"))
    if len(guesses) != len(music):
        raise TrainingError(
            f"{path} is about other music: remove it, and run the same command again"
        )
    filled = [_filled(truth, *guess) for truth, guess in zip(music.truths, guesses, strict=True)]
    return replace(music, truths=tuple(filled))


@torch.no_grad()
def _read(
    trainable: SmallTrainableModel, music: SpectraSet, seed: int, folder: Path
) -> Sequence[Guess]:
    found: list[Guess] = [(None, None)] * len(music)
    where = torch.tensor([place for place, truth in enumerate(music.truths) if _open(truth)])
    if not len(where):
        return found
    clips = music.some(where)
    features = compute_features(trainable.model.encoder, clips, 1, seed, folder)
    trainable.eval()
    logits = trainable.probes(trainable.model.bridge.feature(features.listenings.float()))
    piece = (~clips.continues).cumsum(0) - 1
    row = piece[features.clips]
    keys = _means(logits["key"].softmax(1), row)
    tempos, tempo_shares = read_tempo(_means(logits["tempo"].softmax(1), row).log())
    key_shares, best = keys.max(1)
    names = all_keys()
    for place, of in zip(where.tolist(), piece.tolist(), strict=True):
        tempo = round(float(tempos[of])) if tempo_shares[of] > SURE_TEMPO else None
        found[place] = (tempo, names[int(best[of])] if key_shares[of] > SURE_KEY else None)
    return found


def _means(
    shares: Float[Tensor, "row choices"], piece: Int[Tensor, " row"]
) -> Float[Tensor, "piece choices"]:
    counts = torch.bincount(piece)
    sums = torch.zeros(len(counts), shares.shape[1]).index_add(0, piece, shares)
    return sums / counts[:, None]


def _open(truth: Truth) -> bool:
    """Whether it is a recording of which something is not known."""
    return not truth.listed and (truth.tempo_bpm is None or truth.key is None)


def _filled(truth: Truth, tempo: int | None, key: str | None) -> Truth:
    known = truth.tempo_bpm, truth.key
    return replace(truth, tempo_bpm=known[0] or tempo, key=known[1] or key)
