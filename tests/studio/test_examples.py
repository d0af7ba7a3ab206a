"""The example files agree with the truth beside them and can be made again."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
import soundfile

from installed import skip_without_fluidsynth
from mullama.studio.clips import SEEDS
from mullama.studio.compose.composer import compose
from mullama.studio.compose.harmony import key_name
from mullama.studio.sound.banks import BANKS
from mullama.studio.sound.synth import Synth
from mullama.studio.truth import Truth
from paths import EXAMPLES

FILES = sorted([*EXAMPLES.glob("*.mp3"), *EXAMPLES.glob("*.flac")])


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 3
    assert {path.suffix for path in FILES} == {".mp3", ".flac"}
    styles = {json.loads(p.with_suffix(".json").read_text())["truth"]["style"] for p in FILES}
    assert len(styles) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_sound_and_truth_agree(path: Path) -> None:
    assert path.stat().st_size < 400_000
    facts = json.loads(path.with_suffix(".json").read_text())
    truth = Truth.from_dict(facts["truth"])
    assert truth.as_dict() == facts["truth"]
    assert facts["seed"] in SEEDS["examples"]
    assert "MIT" in facts["sound_bank_licence"]
    piece = compose(facts["seed"], seconds=facts["seconds"], style=truth.style)
    assert (truth.tempo_bpm, truth.metre) == (piece.tempo_bpm, piece.metre)
    assert truth.key == key_name(piece.tonic, piece.minor)
    assert set(truth.instruments) == {part.instrument for part in piece.parts}
    sound, rate = soundfile.read(path, dtype="float32")
    assert len(sound) / rate == pytest.approx(facts["seconds"], abs=0.1)
    assert 0.5 < np.abs(sound).max() < 1.0


def test_they_can_be_made_again(tmp_path: Path) -> None:
    skip_without_fluidsynth("fluidr3")
    script = runpy.run_path(str(EXAMPLES / "make_examples.py"))
    example = next(e for e in script["EXAMPLES"] if e.file.endswith(".flac"))
    with Synth(BANKS["fluidr3"]) as synth:
        script["make"](example, synth, tmp_path)
    made, _ = soundfile.read(tmp_path / example.file)
    kept, _ = soundfile.read(EXAMPLES / example.file)
    np.testing.assert_allclose(made, kept, atol=1e-3)
