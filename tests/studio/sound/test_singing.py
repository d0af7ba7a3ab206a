import numpy as np
import pytest

from mullama.studio.compose.piece import Note
from mullama.studio.sound.envelopes import COEFFICIENTS, Syllable
from mullama.studio.sound.singing import draw_manner, sing

RATE = 24000
SCALE = [
    Note(0.3 + 0.6 * i, 0.55, 57 + step, 80) for i, step in enumerate((0, 2, 4, 5, 7, 9, 11, 12))
]


@pytest.fixture(scope="module")
def syllables() -> list[Syllable]:
    """Made by formula, no engine needed: a hiss, then a vowel of two formants."""
    return [_syllable(500.0, 1500.0), _syllable(700.0, 1100.0)]


def _syllable(first_hz: float, second_hz: float) -> Syllable:
    hz = np.linspace(0, 12000, 513)
    vowel = (
        -8.0 - hz / 2000 + sum(3 * np.exp(-(((hz - f) / 200) ** 2)) for f in (first_hz, second_hz))
    )
    vowel -= 0.5 * np.log((np.exp(2 * vowel) * (hz[1] - hz[0])).sum())  # of power 1
    hiss = -9.0 - ((hz - 6000) / 3000) ** 2
    frames = np.stack([hiss] * 16 + [vowel] * 50)
    cepstra = np.fft.irfft(frames)[:, :COEFFICIENTS].astype(np.float32)
    voicing = np.ones((66, 4), dtype=np.float32)
    voicing[:16] = 0.0
    return Syllable(cepstra, voicing, 16, 40, 60)


def _sung(syllables: list[Syllable], seed: int, notes: list[Note] = SCALE) -> np.ndarray:
    return sing(notes, syllables, 6.0, RATE, np.random.default_rng(seed))


def _cents_off(sound: np.ndarray, note: Note) -> float:
    """How far the note is from its pitch, by the autocorrelation of its middle."""
    hz = 440.0 * 2 ** ((note.pitch - 69) / 12)
    middle = round((note.start + 0.5 * note.duration) * RATE)
    stretch = sound[middle - 2400 : middle + 2400] * np.hanning(4800)
    # Finely spaced lags: the spectrum is padded before it is turned back.
    spectrum = np.pad(np.abs(np.fft.rfft(stretch, 16384)) ** 2, (0, 8 * 8192 - 8192))
    likeness = np.fft.irfft(spectrum)
    low, high = round(8 * RATE / hz / 1.4), round(8 * RATE / hz * 1.4)
    lag = low + int(likeness[low:high].argmax())
    return 1200 * float(np.log2(8 * RATE / lag / hz))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_scale_is_in_tune(syllables: list[Syllable], seed: int) -> None:
    sound = _sung(syllables, seed)
    assert sound.shape == (6 * RATE,)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert 0.05 < np.abs(sound).max() < 1.0
    assert np.median([abs(_cents_off(sound, note)) for note in SCALE]) < 15


def test_it_is_silent_where_no_note_is(syllables: list[Syllable]) -> None:
    notes = [Note(1.0, 0.5, 60, 90), Note(3.0, 0.5, 64, 90)]
    sound = _sung(syllables, 3, notes)
    for begin, end in ((0.0, 0.85), (1.6, 2.85), (3.6, 6.0)):
        assert np.abs(sound[round(begin * RATE) : round(end * RATE)]).max() < 1e-4
    assert not _sung(syllables, 3, []).any()


def test_the_seed_decides(syllables: list[Syllable]) -> None:
    np.testing.assert_array_equal(_sung(syllables, 4), _sung(syllables, 4))
    assert np.abs(_sung(syllables, 4) - _sung(syllables, 5)).max() > 0.01


def test_velocity_is_loudness(syllables: list[Syllable]) -> None:
    notes = [Note(0.5, 1.0, 60, 110), Note(3.0, 1.0, 60, 50)]
    sound = _sung(syllables, 6, notes)
    loud, soft = (np.std(sound[round(t * RATE) : round((t + 1) * RATE)]) for t in (0.5, 3.0))
    assert loud > 2 * soft


def test_of_a_chord_the_highest_is_sung_and_late_notes_are_left_out(
    syllables: list[Syllable],
) -> None:
    melody = [Note(0.5, 2.0, 60, 80), Note(1.5, 1.0, 64, 80), Note(9.0, 1.0, 60, 80)]
    chords = [*melody, Note(0.5, 2.0, 48, 80)]
    np.testing.assert_array_equal(_sung(syllables, 7, melody), _sung(syllables, 7, chords))


def test_very_short_notes_and_notes_at_the_edges(syllables: list[Syllable]) -> None:
    notes = [Note(0.0, 0.02, 60, 80), Note(0.02, 0.03, 90, 127), Note(0.05, 0.3, 40, 1)]
    notes.append(Note(5.99, 1.0, 60, 80))
    for seed in range(4):
        assert np.isfinite(_sung(syllables, seed, notes)).all()


def test_another_rate_is_the_same_song(syllables: list[Syllable]) -> None:
    sound = sing(SCALE, syllables, 6.0, 16000, np.random.default_rng(8))
    assert sound.shape == (96000,)
    np.testing.assert_allclose(sound.std(), _sung(syllables, 8).std(), rtol=0.05)


def test_manners_differ_within_their_bounds() -> None:
    manners = [draw_manner(np.random.default_rng(seed)) for seed in range(60)]
    assert all(4.5 <= manner.vibrato_hz <= 6.5 for manner in manners)
    assert 2 < sum(manner.doubled for manner in manners) < 30
    assert len({manner.vibrato_cents for manner in manners}) == 60
