"""From a piece to its stems: one waveform for each part, in one pass of the synthesizer.

It does not know how stems are mixed or which of them will be audible; `mixing.py` does.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mullama.studio.compose.piece import Part, Piece
from mullama.studio.sound.synth import Synth, Timbre

RATE = 24000
"""Samples per second of everything that the studio renders."""


@dataclass(frozen=True)
class Stems:
    """A piece, part by part, as sound."""

    piece: Piece
    bank: str
    rate: int
    waveforms: Float32[np.ndarray, "parts samples"]
    """Mono, in the order of the piece's parts."""


def render_stems(piece: Piece, synth: Synth) -> Stems:
    """Render every part of a piece by itself; `synth` holds the bank and the sample rate.

    Each part's sound departs a little from the bank's own (filter, attack, release, tuning,
    vibrato), drawn from the piece's seed.
    """
    rng = np.random.default_rng((piece.seed, 1))
    tuning = float(rng.normal(0.0, 6.0))
    timbres = [_timbre(rng, part, tuning) for part in piece.parts]
    waveforms = synth.render(piece.parts, piece.seconds, timbres)
    return Stems(piece, synth.bank.name, synth.rate, waveforms)


def _timbre(rng: np.random.Generator, part: Part, tuning: float) -> Timbre:
    cutoff, attack, release, detune = rng.normal(0.0, (500.0, 300.0, 400.0, 3.0))
    vibrato = int(rng.integers(0, 50))
    if part.role == "drums":
        return Timbre(cutoff_cents=min(0.0, float(cutoff)), tuning_cents=float(rng.normal(0, 60)))
    return Timbre(
        cutoff_cents=float(np.clip(cutoff, -1200.0, 600.0)),
        attack_timecents=float(np.clip(attack, -600.0, 600.0)),
        release_timecents=float(np.clip(release, -900.0, 900.0)),
        tuning_cents=tuning + float(detune),
        vibrato=vibrato if part.role in ("melody", "counter") else 0,
    )
