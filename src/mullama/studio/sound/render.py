"""From a piece to its stems: one waveform for each part, in one pass of the synthesizer; singers by themselves.

It does not know how stems are mixed or which of them will be audible; `mixing.py` does.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mullama.errors import UsageError
from mullama.studio.compose.piece import Part, Piece
from mullama.studio.instruments import SINGERS
from mullama.studio.sound.synth import Synth, Timbre

RATE = 24000
"""Samples per second of everything that the studio renders."""


Sung = Callable[[Part, float, np.random.Generator], Float32[np.ndarray, " samples"]]
"""A part of a singer and so many seconds -> its sound at RATE."""


def nobody(part: Part, seconds: float, rng: np.random.Generator) -> Float32[np.ndarray, " samples"]:
    """Stands for singers where there are none. Raises UsageError."""
    raise UsageError(f"there is no {part.instrument} here, but a piece asks for one")


@dataclass(frozen=True)
class Stems:
    """A piece, part by part, as sound."""

    piece: Piece
    bank: str
    rate: int
    waveforms: Float32[np.ndarray, "parts samples"]
    """Mono, in the order of the piece's parts."""


def render_stems(piece: Piece, synth: Synth, sung: Sung = nobody) -> Stems:
    """Render every part of a piece by itself; `synth` holds the bank and the sample rate.

    Each part's sound departs a little from the bank's own (filter, attack, release, tuning,
    vibrato), drawn from the piece's seed.
    """
    rng = np.random.default_rng((piece.seed, 1))
    tuning = float(rng.normal(0.0, 6.0))
    timbres = [_timbre(rng, part, tuning) for part in piece.parts]
    played = [i for i, part in enumerate(piece.parts) if part.instrument not in SINGERS]
    waveforms = np.zeros((len(piece.parts), round(piece.seconds * synth.rate)), dtype=np.float32)
    waveforms[played] = synth.render(
        [piece.parts[i] for i in played], piece.seconds, [timbres[i] for i in played]
    )
    for i, part in enumerate(piece.parts):
        if i not in played:
            drawn = np.random.default_rng((piece.seed, 3, i))
            waveforms[i] = sung(part, piece.seconds, drawn)
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
