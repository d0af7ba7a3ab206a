import numpy as np
import pytest

from mullama.studio.compose.composer import compose
from mullama.studio.compose.piece import Part, Piece
from mullama.studio.sound.mixing import mix, truth_of
from mullama.studio.sound.render import Stems, render_stems
from mullama.studio.sound.synth import Synth


def _only(piece: Piece, *roles: str) -> list[Part]:
    return [part for part in piece.parts if part.role in roles]


@pytest.fixture(scope="module")
def rock() -> Piece:
    """A whole rock band."""
    wanted = {"drums", "bass", "chords", "melody"}
    return next(
        piece
        for piece in (compose(seed, seconds=4.0, style="rock") for seed in range(50))
        if wanted <= {part.role for part in piece.parts}
    )


@pytest.fixture(scope="module")
def stems(rock: Piece, synth: Synth) -> Stems:
    return render_stems(rock, synth)


def test_the_same_seed_gives_the_same_clip(stems: Stems) -> None:
    one, two, other = (mix(stems, seed, seconds=4.0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.waveform, two.waveform)
    assert one.truth == two.truth
    assert not np.array_equal(one.waveform, other.waveform)


def test_a_clip_is_mono_sound_of_the_length_asked(stems: Stems) -> None:
    for seed in range(6):
        clip = mix(stems, seed, seconds=4.0)
        assert clip.waveform.shape == (4 * clip.rate,)
        assert clip.waveform.dtype == np.float32
        assert 0.1 < np.abs(clip.waveform).max() < 1.0
        assert clip.truth.instruments


def test_a_clean_mix_holds_every_part(stems: Stems, rock: Piece) -> None:
    truth = mix(stems, 0, seconds=4.0, strength=0, leave_out=0).truth
    assert set(truth.instruments) == {part.instrument for part in rock.parts}
    assert (truth.style, truth.tempo_bpm, truth.metre) == ("rock", rock.tempo_bpm, rock.metre)


def test_what_is_left_out_is_not_in_the_truth(stems: Stems, rock: Piece) -> None:
    truths = [mix(stems, seed, seconds=4.0, leave_out=1.0).truth for seed in range(12)]
    assert all(len(truth.instruments) < len(rock.parts) for truth in truths)
    assert any(truth.style is None for truth in truths)


def test_a_part_without_sound_is_not_heard(stems: Stems, rock: Piece) -> None:
    silenced = stems.waveforms.copy()
    silenced[-1] = 0
    quiet = Stems(rock, stems.bank, stems.rate, silenced)
    truth = mix(quiet, 0, seconds=4.0, strength=0, leave_out=0).truth
    assert rock.parts[-1].instrument not in truth.instruments


def test_what_cannot_be_heard_is_unknown(rock: Piece) -> None:
    drums = truth_of(rock, _only(rock, "drums"))
    assert (drums.key, drums.lead, drums.style) == (None, None, None)
    assert drums.metre == rock.metre
    melody = truth_of(rock, _only(rock, "melody"))
    assert (melody.metre, melody.style) == (None, None)
    assert melody.key is not None
    assert melody.lead == melody.instruments[0]
    assert truth_of(rock, _only(rock, "bass")).key is None
    assert truth_of(rock, _only(rock, "drums", "chords")).style == "rock"
