"""The studio as a collection: what is true is said, and nothing is rendered twice."""

from pathlib import Path

import pytest

from installed import skip_without_fluidsynth
from mullama.errors import UsageError
from mullama.musicqa.sources import Selection, SourceOptions
from mullama.studio import clips
from mullama.studio.clips import SEEDS, Studio
from mullama.studio.truth import Truth
from mullama.studio.words.describe import long_caption

OPTIONS = SourceOptions(clips=2, seconds=2.0)


@pytest.fixture
def _one_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank that the tests of the studio play, where it is there."""
    skip_without_fluidsynth("timgm6mb")
    monkeypatch.setattr(clips, "bank_of", lambda seed: "timgm6mb")


@pytest.mark.usefixtures("_one_bank")
def test_clips_are_rendered_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = list(Selection("studio", tmp_path, OPTIONS))
    assert [clip.id for clip in first] == [str(seed) for seed in SEEDS["answers"][:2]]
    truth = Truth.from_dict(first[0].facts)
    assert first[0].text == long_caption(truth)
    assert first[0].audio is not None
    sound = first[0].audio.read_bytes()
    assert len(sound) > 2 * 24_000

    def refuse(*_: object) -> None:
        raise AssertionError("rendered again")

    with monkeypatch.context() as patched:
        patched.setattr(Studio, "clip", refuse)
        assert list(Selection("studio", tmp_path, OPTIONS)) == first
    # What was half made when a process died is made again, to the same bytes.
    first[0].audio.with_suffix(".json").write_text("{")
    assert list(Selection("studio", tmp_path, OPTIONS)) == first
    assert first[0].audio.read_bytes() == sound


@pytest.mark.usefixtures("_one_bank")
def test_descriptions_without_wav_files(tmp_path: Path) -> None:
    options = SourceOptions(clips=1, seconds=2.0, wav=False, include_missing_audio=True)
    (clip,) = Selection("studio", tmp_path, options)
    assert clip.audio is None
    assert clip.facts
    assert not list(tmp_path.rglob("*.wav"))


def test_lengths_and_purposes_that_make_no_sense(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"seconds: expected float from 0\.1 to 600, got 0"):
        SourceOptions(seconds=0)
    with pytest.raises(UsageError, match="no seeds are set aside"):
        Selection("studio", tmp_path, SourceOptions(purpose="fun"))
