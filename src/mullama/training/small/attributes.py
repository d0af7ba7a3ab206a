"""Facts about clips become targets and vectors; linear probes read them off a Listening's feature.

The probes exist for training and for measuring the encoder; they are no part of the finished model.
Does not know how clips are made or encoded.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from mullama.studio.compose.composer import STYLES
from mullama.studio.compose.harmony import all_keys
from mullama.studio.compose.piece import METRES
from mullama.studio.instruments import INSTRUMENTS, SINGERS
from mullama.studio.truth import MOODS, Truth
from mullama.training.small.augment import Change

UNKNOWN = -100
"""Target of a fact that a clip does not have; no loss, no score."""
KEYS = all_keys()
"""Majors upwards from C, then minors."""
TEMPO_BINS = 44
TEMPO_RANGE_BPM = (54.0, 200.0)
NAMED_ABOVE = -0.4
"""Logit from which on an instrument counts as present: about where F1 is best."""
SINGER_ABOVE = -1.0
"""The same of a singer, which ears are less sure of in music that was not composed for them."""
TEMPO_SPREAD = 0.8
"""Deviation of the soft target around a tempo, in bins of three percent."""
CHOICES = {
    "style": len(STYLES),
    "metre": len(METRES),
    "key": len(KEYS),
    "mood": len(MOODS),
    "lead": len(INSTRUMENTS),
}
WEIGHTS = {
    "style": 1.0,
    "metre": 0.7,
    "key": 1.0,
    "mood": 0.5,
    "lead": 0.3,
    "tempo": 1.0,
    "instruments": 12.0,
}
SINGERS_COUNT = 4.0
"""How many times a singer counts among the instruments: a voice is what ears find hardest to tell."""
FACTS_WIDTH = sum(CHOICES.values()) + TEMPO_BINS + len(INSTRUMENTS) + 1


@dataclass(frozen=True)
class Targets:
    """Facts of a batch of clips."""

    choices: dict[str, Tensor]
    """For each of CHOICES: (clip,) integers, UNKNOWN where there is none."""
    tempo: Tensor
    """(clip,) log2 of BPM; not a number where there is none."""
    instruments: Tensor
    """(clip, instruments) zeros and ones."""
    listed: Tensor
    """(clip,) whether all instruments are known."""
    known: Tensor
    """(clip, instruments) of which it is known whether they are there."""

    def __getitem__(self, index: Tensor) -> "Targets":
        chosen = {name: values[index] for name, values in self.choices.items()}
        return Targets(
            chosen,
            self.tempo[index],
            self.instruments[index],
            self.listed[index],
            self.known[index],
        )

    def changed(self, change: Change) -> "Targets":
        """The facts after transposition and a change of speed."""
        key = self.choices["key"]
        moved = (key % 12 + change.semitones) % 12 + key.clamp_min(0) // 12 * 12
        choices = self.choices | {"key": torch.where(key == UNKNOWN, key, moved)}
        tempo = self.tempo + change.speed.log2()
        return Targets(choices, tempo, self.instruments, self.listed, self.known)

    def together(self, other: "Targets", mixed: Tensor) -> "Targets":
        """The facts where `mixed` (clip,) clips are overlaid with another: the instruments of both, no more.

        A singer in one of them sings in both, even where nothing is known of the other.
        """
        choices = {n: torch.where(mixed, UNKNOWN, values) for n, values in self.choices.items()}
        both = torch.maximum(self.instruments, other.instruments)
        sings = (both > 0) & are_singers()
        return Targets(
            choices,
            torch.where(mixed, torch.nan, self.tempo),
            torch.where(mixed[:, None], both, self.instruments),
            self.listed & (other.listed | ~mixed),
            torch.where(mixed[:, None], self.known & other.known | sings, self.known),
        )

    def vector(self) -> Float[Tensor, "clip facts"]:
        """All facts as numbers between zero and one; the last says "no music"."""
        rows = []
        for name, size in CHOICES.items():
            known = (self.choices[name] != UNKNOWN)[:, None]
            rows.append(functional.one_hot(self.choices[name].clamp_min(0), size) * known)
        silent = self.silent[:, None].float()
        return torch.cat([*rows, tempo_shares(self.tempo), self.instruments, silent], dim=1)

    @property
    def silent(self) -> Bool[Tensor, " clip"]:
        """Where nothing sounds."""
        return (self.instruments.sum(1) == 0) & self.listed


def targets(truths: Sequence[Truth]) -> Targets:
    """The facts of clips, as tensors."""
    names = list(INSTRUMENTS)
    present = torch.zeros(len(truths), len(names))
    for row, truth in enumerate(truths):
        for name in truth.instruments:
            present[row, names.index(name)] = 1.0

    def place(value: str | None, known: Sequence[str]) -> int:
        return UNKNOWN if value is None else known.index(value)

    choices = {
        "style": [place(truth.style, list(STYLES)) for truth in truths],
        "metre": [place(truth.metre, METRES) for truth in truths],
        "key": [place(truth.key, KEYS) for truth in truths],
        "mood": [place(truth.mood, MOODS) for truth in truths],
        "lead": [place(truth.lead, names) for truth in truths],
    }
    tempo = [math.nan if t.tempo_bpm is None else math.log2(t.tempo_bpm) for t in truths]
    listed = torch.tensor([truth.listed for truth in truths])
    tensors = {name: torch.tensor(values) for name, values in choices.items()}
    instrumental = torch.tensor([truth.instrumental for truth in truths])
    known = listed[:, None] | (instrumental[:, None] & are_singers())
    return Targets(tensors, torch.tensor(tempo), present, listed, known)


def tempo_centres() -> Float[Tensor, " bins"]:
    """log2 of the BPM that each bin stands for."""
    low, high = (math.log2(bpm) for bpm in TEMPO_RANGE_BPM)
    return torch.linspace(low, high, TEMPO_BINS)


def tempo_shares(tempo: Float[Tensor, " clip"]) -> Float[Tensor, "clip bins"]:
    """log2 BPM -> soft bins that sum to one, or all zero where unknown."""
    centres = tempo_centres()
    distance = (tempo[:, None] - centres) / (centres[1] - centres[0]) / TEMPO_SPREAD
    shares = torch.exp(-0.5 * distance.square()).nan_to_num(0.0)
    return shares / shares.sum(1, keepdim=True).clamp_min(1e-6)


class AttributeProbes(nn.Module):
    """One linear reading of the feature for each fact."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.scale = math.sqrt(features)
        sizes = CHOICES | {"tempo": TEMPO_BINS, "instruments": len(INSTRUMENTS)}
        self.probes = nn.ModuleDict({name: nn.Linear(features, n) for name, n in sizes.items()})

    def forward(self, feature: Float[Tensor, "clip features"]) -> dict[str, Tensor]:
        """Unit vectors -> logits (clip, choices) of each fact."""
        return {name: probe(feature * self.scale) for name, probe in self.probes.items()}

    def loss(self, feature: Float[Tensor, "clip features"], facts: Targets) -> Float[Tensor, ""]:
        """Weighted sum of the cross entropies of all facts."""
        logits = self(feature)
        total = torch.zeros(())
        for name in CHOICES:
            if (facts.choices[name] != UNKNOWN).any():
                total = total + WEIGHTS[name] * functional.cross_entropy(
                    logits[name], facts.choices[name], ignore_index=UNKNOWN, label_smoothing=0.02
                )
        shares = tempo_shares(facts.tempo)
        known = shares.sum().clamp_min(1.0)
        tempo = -(shares * logits["tempo"].log_softmax(1)).sum() / known
        counts = torch.where(are_singers(), SINGERS_COUNT, 1.0)
        weights = facts.known * counts
        instruments = functional.binary_cross_entropy_with_logits(
            logits["instruments"], facts.instruments, weights, reduction="sum"
        ) / facts.known.sum().clamp_min(1)
        return total + WEIGHTS["tempo"] * tempo + WEIGHTS["instruments"] * instruments


def are_singers() -> Bool[Tensor, " instruments"]:
    """Which of the instruments are singers; choirs are not."""
    return torch.tensor([name in SINGERS for name in INSTRUMENTS])


def named_above() -> Float[Tensor, " instruments"]:
    """The logit of each instrument above which it is named."""
    return torch.where(are_singers(), SINGER_ABOVE, NAMED_ABOVE)


def facts_read(logits: dict[str, Tensor], sharpened: float = 1.0) -> Float[Tensor, "clip facts"]:
    """What probes read, as `Targets.vector` has it, but each fact as sure as they are of it.

    So it changes little where the Listening does, and can be learnt from it; which of them are to be said
    is for the language model to learn. Probabilities are taken to the power `sharpened`, and add up again.
    """
    choices = [(logits[name] * sharpened).softmax(1) for name in (*CHOICES, "tempo")]
    instruments = ((logits["instruments"] - named_above()) * sharpened).sigmoid()
    return torch.cat([*choices, instruments, torch.zeros(len(instruments), 1)], dim=1)


def scores(logits: dict[str, Tensor], facts: Targets) -> dict[str, float]:
    """Shares of right facts, and F1 of instruments over all (micro) and averaged (macro)."""
    result = {}
    for name in CHOICES:
        known = facts.choices[name] != UNKNOWN
        right = logits[name].argmax(1)[known] == facts.choices[name][known]
        result[name] = right.float().mean().item()
    known = ~facts.tempo.isnan()
    off = tempo_centres()[logits["tempo"].argmax(1)][known] - facts.tempo[known]
    result["tempo"] = (off.abs() < math.log2(1.08)).float().mean().item()
    named = logits["instruments"] > named_above()
    true = facts.instruments > 0
    hits, either = (named & true).sum(0), named.sum(0) + true.sum(0)
    result["instruments micro"] = (2 * hits.sum() / either.sum().clamp_min(1)).item()
    result["instruments macro"] = (2 * hits / either.clamp_min(1))[true.any(0)].mean().item()
    drums = list(INSTRUMENTS).index("drums")
    result["drums"] = (named[:, drums] == true[:, drums]).float().mean().item()
    return result
