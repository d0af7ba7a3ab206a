import numpy as np

from mullama.studio.compose.composer import compose
from mullama.studio.sound.render import RATE, render_stems
from mullama.studio.sound.synth import Synth


def test_stems_follow_the_parts_and_repeat(synth: Synth) -> None:
    piece = compose(4, seconds=2.0, style="jazz")
    stems = render_stems(piece, synth)
    assert stems.bank == "timgm6mb"
    assert stems.rate == RATE
    assert stems.waveforms.shape == (len(piece.parts), round(piece.seconds * RATE))
    assert (np.abs(stems.waveforms).max(axis=1) > 1e-4).all()
    render_stems(compose(5, seconds=1.0), synth)
    np.testing.assert_array_equal(render_stems(piece, synth).waveforms, stems.waveforms)


def test_sound_begins_with_the_notes(synth: Synth) -> None:
    piece = compose(9, seconds=2.0, style="march")
    for part, sound in zip(piece.parts, render_stems(piece, synth).waveforms, strict=True):
        first = min(note.start for note in part.notes)
        assert np.abs(sound[: max(0, int((first - 0.01) * RATE))]).max(initial=0.0) < 1e-4
        assert np.abs(sound[int(first * RATE) :][: RATE // 2]).max() > 1e-4
