"""What a view holds besides: the song itself, cautions, and how far numbers are to be believed."""

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.show import view as view_module
from mullama.show.page import page
from mullama.show.show_options import ShowOptions
from mullama.show.view import View, view_of
from mullama.song import MuLlama
from paths import EXAMPLES
from tiny import RATE


def test_the_song_itself(view: View, pieces: Path) -> None:
    kind, _, data = view.audio.partition(";base64,")
    assert kind.startswith("data:audio/")
    assert base64.b64decode(data) == pieces.read_bytes()


def test_a_large_song_is_not_embedded_and_that_is_said(
    small: MuLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_module, "EMBEDDED_BYTES", 1000)
    options = ShowOptions(out=Path("x.html"), embed_audio=True, topics=("drums",))
    found = view_of(small, EXAMPLES / "jig.flac", options)
    assert found.audio == ""
    assert len(found.warnings) == 1
    assert "not played" in found.warnings[0]
    assert found.parts == ()
    assert [one.name for one in found.answers] == ["drums"]


def test_how_far_it_is_believed(view: View) -> None:
    assert view.trust == "calibrated"
    plain = [replace(one, choice=replace(one.choice, calibrated=False)) for one in view.answers]
    assert "not calibrated" in replace(view, answers=tuple(plain)).trust
    some = (plain[0], *view.answers[1:])
    assert replace(view, answers=some).trust == "calibrated but for style"


def test_captions_and_tempos(view: View, small: MuLlama, pieces: Path) -> None:
    assert view.long == small.listen(pieces).caption("long", temperature=0.0).text
    assert view.tempos[0].text == "171"
    (whole,) = replace(view, parts=()).tempos
    assert whole.end == view.sights.seconds
    assert replace(view, parts=(), answers=()).tempos == ()


def test_no_folder_of_its_maker_is_named(mu: MuLlama, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "still.wav", np.zeros(RATE * 2), RATE)
    (tmp_path / "my-model").mkdir()
    mu.name = str(tmp_path / "my-model")
    options = ShowOptions(out=Path("x.html"), topics=("drums",))
    found = view_of(mu, tmp_path / "still.wav", options)
    assert found.model == "my-model"
    assert found.warnings == ("still.wav: holds only silence",)
    assert "not calibrated" in found.trust
    assert str(tmp_path) not in page(found)
