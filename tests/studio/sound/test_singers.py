"""Parts that somebody sings are sung by a voice that fits, and by nobody else."""

from pathlib import Path

import numpy as np
import pytest

from installed import skip_without_voices
from mullama.errors import UsageError
from mullama.studio.compose.composer import compose
from mullama.studio.compose.piece import Note, Part
from mullama.studio.instruments import FEMALE_SINGER, MALE_SINGER, SINGERS
from mullama.studio.sound.render import RATE, render_stems
from mullama.studio.sound.singers import Singers
from mullama.studio.sound.synth import Synth
from mullama.studio.sound.voices import HELD_OUT, TRAINING, Voice

TUNE = tuple(Note(0.5 * n, 0.45, 60 + n, 90) for n in range(4))
FEW = [next(v for v in TRAINING if v.engine == "espeak-ng" and v.singer == s) for s in SINGERS]


@pytest.fixture(scope="module")
def singers(tmp_path_factory: pytest.TempPathFactory) -> Singers:
    skip_without_voices()
    return Singers(FEW, tmp_path_factory.mktemp("voices"))


def test_a_part_is_sung_by_a_voice_of_its_kind(singers: Singers) -> None:
    assert singers.complete
    assert singers.hint is None
    sounds = {
        name: singers.sing(Part(name, 0, "melody", TUNE), 3.0, np.random.default_rng(0))
        for name in SINGERS
    }
    for sound in sounds.values():
        assert sound.shape == (3 * RATE,)
        assert np.abs(sound[: 2 * RATE]).max() > 100 * np.abs(sound[-RATE // 3 :]).max()
    assert not np.allclose(*sounds.values())
    assert {path.stem for path in singers.folder.glob("*.npz")} == {voice.name for voice in FEW}


def test_without_a_voice_that_fits_it_says_what_to_install(tmp_path: Path) -> None:
    absent = Singers([Voice("x", "flite", "x", FEMALE_SINGER)], tmp_path)
    assert not absent.complete
    with pytest.raises(UsageError, match="no voice for a male singer"):
        absent.sing(Part(MALE_SINGER, 0, "melody", TUNE), 1.0, np.random.default_rng(0))


def test_a_song_has_stems_of_both(singers: Singers, synth: Synth) -> None:
    song = next(
        piece
        for seed in range(20)
        if len((piece := compose(seed, song=True)).parts) > 3
        and any(part.instrument in SINGERS for part in piece.parts)
    )
    stems = render_stems(song, synth, singers.sing)
    for part, sound in zip(song.parts, stems.waveforms, strict=True):
        assert np.abs(sound).max() > 1e-4, part.instrument
    np.testing.assert_array_equal(
        stems.waveforms, render_stems(song, synth, singers.sing).waveforms
    )
    with pytest.raises(UsageError, match="singer"):
        render_stems(song, synth)


def test_who_is_held_out_is_not_trained_on() -> None:
    assert {(v.engine, v.speaks) for v in TRAINING}.isdisjoint(
        (v.engine, v.speaks) for v in HELD_OUT
    )
    for voices in (TRAINING, HELD_OUT):
        assert {voice.singer for voice in voices} == set(SINGERS)
