"""Chords and scales fit the keys that they are of, wherever they are played; silence fits none."""

import pytest
import torch

from mullama.listen.encoders.key_profiles import PICTURES, TEMPERLEY, fits_of_notes, key_fits
from mullama.listen.encoders.pitches import PITCHES

MAJOR_SCALE = (2.0, 0, 1, 0, 1.5, 1, 0, 1.5, 0, 1, 0, 1)
MINOR_SCALE = (2.0, 0, 1, 1.5, 0, 1, 0, 1.5, 1, 0, 1, 0)


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize(("mode", "scale"), list(enumerate((MAJOR_SCALE, MINOR_SCALE))))
def test_a_scale_fits_its_own_key_best(tonic: int, mode: int, scale: tuple[float, ...]) -> None:
    fits = key_fits(torch.tensor(scale).roll(tonic))
    assert fits.shape == (2, 12)
    assert int(fits.argmax()) == 12 * mode + tonic
    assert 0.8 < fits.max() <= 1


def test_a_profile_fits_itself_wholly() -> None:
    fits = key_fits(torch.tensor(TEMPERLEY), TEMPERLEY)
    torch.testing.assert_close(fits[[0, 1], [0, 1], 0], torch.ones(2))


def test_low_notes_are_held_against_the_profiles_by_themselves() -> None:
    notes = torch.zeros(1, PITCHES, 10)
    notes[:, [0, 4, 7, 12]] = 2.0  # a chord of C major in the lowest octaves
    notes[:, [86, 90, 93]] = 1.0  # one of D major high above
    fits = fits_of_notes(notes)
    assert fits.shape == (1, PICTURES, 12)
    assert int(fits[0, PICTURES // 2].argmax()) == 0
    assert int(fits[0, 0].argmax()) != int(fits_of_notes(notes.flip(1))[0, 0].argmax())


def test_silence_fits_nothing() -> None:
    assert not fits_of_notes(torch.zeros(2, PITCHES, 5)).any()
