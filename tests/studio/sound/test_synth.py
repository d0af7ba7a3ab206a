from pathlib import Path

import numpy as np
import pytest

from installed import skip_without_fluidsynth
from mullama.errors import UsageError
from mullama.studio.compose.piece import Note, Part
from mullama.studio.instruments import DRUMS, INSTRUMENTS
from mullama.studio.sound.banks import Bank
from mullama.studio.sound.synth import MAX_PARTS, Synth, Timbre, _library


def _part(instrument: str = "piano", pitch: int = 69, start: float = 0.0, **of: int) -> Part:
    program = of.get("program", INSTRUMENTS[instrument].programs[0])
    return Part(instrument, program, "melody", (Note(start, 0.5, pitch, 100),))


def _render(synth: Synth, *parts: Part) -> np.ndarray:
    return synth.render(parts, 1.0, [Timbre()] * len(parts))


def test_each_part_has_its_own_waveform(synth: Synth) -> None:
    drums = Part(DRUMS, 0, "drums", (Note(0.0, 0.1, 38, 100),))
    together = _render(synth, _part("flute"), drums, _part("violin", 57))
    assert together.shape == (3, 24000)
    assert together.dtype == np.float32
    for row, part in enumerate((_part("flute"), drums, _part("violin", 57))):
        alone = _render(synth, part)[0]
        assert np.abs(alone).max() > 0.005
        np.testing.assert_allclose(together[row], alone, atol=1e-6)


def test_a_note_has_its_pitch_and_its_time(synth: Synth) -> None:
    sound = _render(synth, _part("flute", pitch=69, start=0.25))[0]
    assert np.abs(sound[:5900]).max() < 1e-4
    steady = sound[8000:16000] * np.hanning(8000)
    peak_hz = float(np.fft.rfft(steady, 1 << 16).__abs__().argmax()) * 24000 / (1 << 16)
    assert peak_hz == pytest.approx(440.0, rel=0.01)


def test_what_was_played_before_leaves_no_trace(synth: Synth) -> None:
    first = _render(synth, _part("piano"))
    synth.render(
        [_part("choir", 60)], 0.3, [Timbre(cutoff_cents=-900, tuning_cents=40, vibrato=90)]
    )
    np.testing.assert_array_equal(_render(synth, _part("piano")), first)


def test_timbres_change_the_sound(synth: Synth) -> None:
    plain = _render(synth, _part("string section"))[0]
    dull = synth.render([_part("string section")], 1.0, [Timbre(cutoff_cents=-4000)])[0]
    brightness = [np.abs(np.diff(x)).mean() / np.abs(x).mean() for x in (plain, dull)]
    assert brightness[1] < 0.9 * brightness[0]


def test_every_instrument_sounds(synth: Synth) -> None:
    for instrument in INSTRUMENTS.values():
        middle = 38 if instrument.name == DRUMS else (instrument.low + instrument.high) // 2
        for program in instrument.programs:
            sound = _render(synth, _part(instrument.name, middle, program=program))
            assert np.abs(sound).max() > 1e-3, (instrument.name, program)


def test_an_unknown_program_falls_back_to_the_first(synth: Synth) -> None:
    strange = Part(DRUMS, 99, "drums", (Note(0.0, 0.1, 38, 100),))
    usual = Part(DRUMS, 0, "drums", (Note(0.0, 0.1, 38, 100),))
    np.testing.assert_array_equal(_render(synth, strange), _render(synth, usual))


def test_too_many_parts_are_refused(synth: Synth) -> None:
    with pytest.raises(UsageError, match=f"at most {MAX_PARTS}"):
        _render(synth, *[_part()] * (MAX_PARTS + 1))


def test_a_broken_bank_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skip_without_fluidsynth()
    (tmp_path / "broken.sf2").write_bytes(b"RIFFnothing")
    monkeypatch.setenv("MULLAMA_SOUNDFONTS", str(tmp_path))
    with pytest.raises(UsageError, match="no readable soundfont: reinstall broken-soundfont"):
        Synth(Bank("broken", ("broken.sf2",), "broken-soundfont", "none"))


def test_a_missing_library_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the error, and in the line by which `make test` skips what needs it."""

    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr("ctypes.CDLL", missing)
    with pytest.raises(UsageError, match="apt-get install libfluidsynth3"):
        _library()
    with pytest.raises(pytest.skip.Exception, match="needs libfluidsynth3: apt-get install libf"):
        skip_without_fluidsynth()
