"""From stems to a clip: levels, what is left out, effects, and the truth of what remains.

The same stems and the same seed give the same clip; another seed gives another mix, with other
instruments left out. It does not compose and does not render.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mullama.studio.compose.harmony import key_name
from mullama.studio.compose.piece import Part, Piece, Role
from mullama.studio.instruments import INSTRUMENTS, in_listing_order
from mullama.studio.sound.audibility import Powers, active_level, audible, band_powers
from mullama.studio.sound.effects import Waveform, apply_effects, draw_effects
from mullama.studio.sound.render import Stems
from mullama.studio.truth import Truth, mood_of

ROLE_LEVELS_DB: dict[Role, float] = {
    "drums": 0.0,
    "bass": -1.5,
    "chords": -4.0,
    "pad": -6.0,
    "melody": -1.0,
    "counter": -4.0,
}
"""Usual level of a role while it plays, in dB."""
_LEVEL_SPREAD_DB = 2.5
_LEAVE_OUT = 0.25
_FADE_SECONDS = 0.004


@dataclass(frozen=True)
class Clip:
    """A finished piece of music with what is true of it."""

    waveform: Waveform
    """Mono, within -1 .. 1."""
    rate: int
    truth: Truth
    seed: int
    bank: str


def mix(
    stems: Stems,
    seed: int,
    *,
    seconds: float = 10.0,
    strength: float = 1.0,
    leave_out: float = _LEAVE_OUT,
) -> Clip:
    """Mix stems to a clip of `seconds` seconds; the seed draws levels, offset and effects.

    `strength` scales the effects and the spread of levels (0: a clean, even mix from the
    beginning); `leave_out` is the chance that some stems stay out. Stems that could not be heard
    are left out of the mix and of the truth.
    """
    rng = np.random.default_rng((seed, 2))
    samples = round(seconds * stems.rate)
    spare = max(0, stems.waveforms.shape[1] - samples)
    offset = int(rng.integers(0, spare + 1)) if strength > 0 else 0
    sounds = stems.waveforms[:, offset : offset + samples]
    powers = band_powers(sounds, stems.rate)
    gains = _gains(rng, stems.piece, powers, strength)
    gains *= _drawn_in(rng, len(gains), leave_out)
    gains *= audible(powers, gains, stems.rate)
    summed = gains.astype(np.float32) @ sounds
    effects = draw_effects(rng, strength)
    waveform = apply_effects(_faded(summed, stems.rate), effects, stems.rate, rng)
    heard = [part for part, gain in zip(stems.piece.parts, gains, strict=True) if gain > 0]
    return Clip(waveform, stems.rate, truth_of(stems.piece, heard), seed, stems.bank)


def _gains(
    rng: np.random.Generator, piece: Piece, powers: Powers, strength: float
) -> Float[np.ndarray, " stems"]:
    """Linear gains that bring each stem to the level of its role, give or take."""
    levels = active_level(powers)
    wanted = np.array(
        [ROLE_LEVELS_DB[p.role] + INSTRUMENTS[p.instrument].level_db for p in piece.parts]
    )
    wanted = wanted + rng.normal(0.0, _LEVEL_SPREAD_DB, len(wanted)) * strength
    return np.where(levels > 1e-6, 10 ** (wanted / 20) / np.maximum(levels, 1e-6), 0.0)


def _drawn_in(
    rng: np.random.Generator, stems: int, leave_out: float
) -> Float[np.ndarray, " stems"]:
    """1 for stems that stay and 0 for those left out; at least one stays."""
    stay = np.ones(stems)
    if stems > 2 and rng.random() < leave_out:
        stay[rng.permutation(stems)[: int(rng.integers(1, stems))]] = 0.0
    return stay


def _faded(sound: Waveform, rate: int) -> Waveform:
    """The sound with its ends faded, so that cutting it makes no click."""
    ramp = np.linspace(0, 1, max(1, int(_FADE_SECONDS * rate)), dtype=np.float32)
    sound = sound.copy()
    sound[: len(ramp)] *= ramp
    sound[-len(ramp) :] *= ramp[::-1]
    return sound


def truth_of(piece: Piece, heard: list[Part]) -> Truth:
    """What can be told from the parts of a piece that are heard.

    The style needs its signature roles, the metre an accompaniment, the tempo something that
    marks the beat, the key at least one pitched part besides a lone bass.
    """
    roles = {part.role for part in heard}
    marks = [part for part in heard if part.pulse]
    style = piece.style if piece.signature <= roles and len(heard) > 1 else None
    tempo = piece.tempo_bpm if marks else None
    metre = piece.metre if any(part.role in ("drums", "bass", "chords") for part in marks) else None
    pitched = roles - {"drums"}
    minor = piece.minor if piece.keyed and pitched - {"bass"} else None
    key = None if minor is None else key_name(piece.tonic, minor)
    alone = len(heard) == 1 and key is not None
    leads = [part.instrument for part in heard if alone or part.role == "melody"]
    return Truth(
        instruments=in_listing_order({part.instrument for part in heard}),
        style=style,
        tempo_bpm=tempo,
        metre=metre,
        key=key,
        mood=mood_of(style, minor, tempo),
        lead=leads[0] if leads else None,
    )
