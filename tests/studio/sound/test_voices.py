import shutil
from pathlib import Path

import numpy as np
import pytest

from installed import skip_without_voices
from mullama.errors import UsageError
from mullama.studio.sound import speakers, voices
from mullama.studio.sound.envelopes import COEFFICIENTS, Syllable
from mullama.studio.sound.voices import (
    HELD_OUT,
    PEOPLE,
    TRAINING,
    Voice,
    missing_hint,
    syllables_of,
    voices_here,
    words_of,
)

WOMAN = Voice("a-woman", "espeak-ng", "en-us+f3", "female singer")
MAN = Voice("a-man", "espeak-ng", "en-us+m3", "male singer")


@pytest.fixture
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    skip_without_voices()
    monkeypatch.setattr(voices, "_OPEN", ("lah", "nee", "moo"))
    monkeypatch.setattr(voices, "_WORDS", {"en": ("star",), "xx": ()})


def test_women_and_men_are_as_many_and_no_voice_is_on_both_sides() -> None:
    for group in (TRAINING, HELD_OUT):
        women = sum(voice.singer == "female singer" for voice in group)
        assert 2 * women == len(group)
    names = [voice.name for voice in TRAINING + HELD_OUT]
    assert len(set(names)) == len(names)

    # A variant of espeak-ng is one voice, whatever language it speaks; a speaker is one whatever is spoken.
    def engine_voices(group: tuple[Voice, ...]) -> set[str]:
        return {voice.speaks.rpartition("+")[2] for voice in group}

    assert not engine_voices(TRAINING) & engine_voices(HELD_OUT)


def test_every_voice_has_enough_to_sing() -> None:
    spoken = [voice for voice in TRAINING + HELD_OUT if voice.engine != PEOPLE]
    assert all(38 <= len(words_of(voice)) <= 60 for voice in spoken)


def test_a_missing_engine_leaves_its_voices_out_with_a_hint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/flite" if name == "flite" else None)
    monkeypatch.setattr(speakers, "FOLDER", tmp_path / "none")
    assert {voice.engine for voice in voices_here(TRAINING)} == {"flite"}
    hint = missing_hint(TRAINING)
    assert hint is not None
    assert hint.endswith("apt-get install espeak-ng klettres-data")
    with pytest.raises(UsageError, match="apt-get install espeak-ng"):
        syllables_of(WOMAN, tmp_path)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(speakers, "FOLDER", tmp_path)
    assert missing_hint(TRAINING) is None


@pytest.mark.usefixtures("few_words")
def test_syllables_are_spoken_once_and_then_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = syllables_of(WOMAN, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a-woman.npz"]
    assert len(made) == 4
    for syllable in made:
        frames = len(syllable.cepstra)
        assert syllable.cepstra.shape == (frames, COEFFICIENTS)
        assert np.isfinite(syllable.cepstra).all()
        assert 0 <= syllable.vowel <= syllable.hold < syllable.coda <= frames
        assert syllable.voicing[syllable.hold, 0] > 0.8
    monkeypatch.setattr(voices, "_spoken", lambda voice: pytest.fail("spoken again"))
    for read, syllable in zip(syllables_of(WOMAN, tmp_path), made, strict=True):
        np.testing.assert_allclose(read.cepstra, syllable.cepstra, atol=0.01)
        assert read[2:] == syllable[2:]


@pytest.mark.usefixtures("few_words")
@pytest.mark.parametrize("damage", ["cut", "empty", "another recipe"])
def test_an_unfit_file_is_made_anew(tmp_path: Path, damage: str) -> None:
    made = syllables_of(MAN, tmp_path)
    path = tmp_path / "a-man.npz"
    whole = path.read_bytes()
    if damage == "another recipe":
        syllables_of(Voice("a-man", "espeak-ng", "en-us+m3", "male singer", 1.1), tmp_path)
    else:
        path.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"")
    again = syllables_of(MAN, tmp_path)
    np.testing.assert_allclose(again[0].cepstra, made[0].cepstra, atol=0.01)


@pytest.mark.usefixtures("few_words")
def test_a_womans_envelope_is_a_mans_stretched(tmp_path: Path) -> None:
    assert _stretch(syllables_of(WOMAN, tmp_path), syllables_of(MAN, tmp_path)) > 1.1


@pytest.mark.usefixtures("few_words")
def test_an_engine_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="espeak-ng does not speak as xx-none"):
        syllables_of(Voice("none", "espeak-ng", "xx-none", "male singer"), tmp_path)


def _stretch(ones: list[Syllable], others: list[Syllable]) -> float:
    """The factor by which the others' envelopes are stretched to be most like the ones'."""
    hz = np.linspace(0, 12000, 513)
    inner = (hz > 300) & (hz < 4000)

    def envelope(syllable: Syllable) -> np.ndarray:
        cepstrum = syllable.cepstra[syllable.hold][:60] * np.hanning(121)[60:120]
        return np.fft.rfft(cepstrum, 1024).real

    def likeness(factor: float) -> float:
        pairs = zip(ones, others, strict=True)
        return sum(
            float(
                np.corrcoef(
                    envelope(one)[inner], np.interp(hz / factor, hz, envelope(other))[inner]
                )[0, 1]
            )
            for one, other in pairs
        )

    return max(np.arange(0.8, 1.4, 0.02), key=likeness)
