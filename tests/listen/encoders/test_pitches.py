"""Known chords stand where arithmetic says, in whatever tuning they are played."""

import math

import pytest
import torch

from mullama.listen.encoders.pitches import (
    LOWEST_HZ,
    PITCH_FRAMES_HZ,
    PITCHES,
    _peaks,
    _powers,
    pitches,
    tuning,
)

RATE = 24_000
CHORD = (36, 40, 43)
"""C4, E4, G4, in semitones above C1."""


def chord(cents: float, seconds: float = 4.0, rate: int = RATE) -> torch.Tensor:
    time = torch.arange(round(seconds * rate)) / rate
    hertz = [LOWEST_HZ * 2 ** ((place + cents / 100) / 12) for place in CHORD]
    tones = [torch.sin(2 * math.pi * hz * n * time) / n for hz in hertz for n in (1, 2)]
    return 0.1 * torch.stack(tones).sum(0)[None]


@pytest.mark.parametrize("cents", [-45, -20, 0, 10, 45])
def test_a_chord_stands_in_its_own_tuning(cents: float) -> None:
    found = pitches(chord(cents), RATE)[0].mean(-1)
    strongest = set(found.argsort(descending=True)[:6].tolist())
    assert strongest == {place + octave for place in CHORD for octave in (0, 12)}
    assert found[[37, 38, 39, 41, 42]].max() < 0.2 * found[list(CHORD)].min()


@pytest.mark.parametrize("cents", [-45, -20, 0, 10, 45])
def test_the_tuning_is_found_to_two_cents(cents: float) -> None:
    assert 100 * tuning(*_peaks(*_powers(chord(cents), RATE)))[0] == pytest.approx(cents, abs=2)


def test_another_level_or_rate_gives_the_same_notes() -> None:
    plain = pitches(chord(0), RATE)
    torch.testing.assert_close(pitches(chord(0) / 50, RATE), plain, rtol=1e-3, atol=1e-2)
    other = pitches(chord(0, rate=16_000), 16_000)
    assert other.shape == plain.shape
    torch.testing.assert_close(other.mean(-1), plain.mean(-1), rtol=0.1, atol=0.1)


def test_each_window_has_its_own_tuning() -> None:
    both = torch.cat([chord(-30), chord(30)])
    torch.testing.assert_close(pitches(both, RATE)[1:], pitches(chord(30), RATE), rtol=0, atol=1e-4)


def test_noise_and_silence_hold_few_notes() -> None:
    torch.manual_seed(0)
    assert not pitches(torch.zeros(1, RATE), RATE).any()
    noise, notes = pitches(0.1 * torch.randn(1, 4 * RATE), RATE), pitches(chord(0), RATE)
    assert noise.mean(-1).max() < 0.5 * notes.mean(-1).max()


@pytest.mark.parametrize("seconds", [0.1, 0.5, 1.0, 10.0])
def test_shapes_follow_the_length(seconds: float) -> None:
    frames = max(1, int(seconds * PITCH_FRAMES_HZ))
    assert pitches(chord(0, seconds), RATE).shape == (1, PITCHES, frames)
