"""Audio is seen to several clips at a time, and comes in the order of the clips."""

import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clips import make_clip, write_wav
from mullama.data.audio import AudioResolver
from mullama.errors import AudioError, UsageError
from mullama.musicqa.build import prepare_audio as module
from mullama.musicqa.build.copy_audio import Stored
from mullama.musicqa.build.inputs import Candidate
from mullama.musicqa.build.prepare_audio import AudioPreparer


def candidates(folder: Path, count: int) -> Iterator[Candidate]:
    for place in range(3, 3 + count):
        sound = write_wav(folder / f"{place}.wav", hz=99 + place)
        yield Candidate("eval", make_clip(str(place), sound), folder / "w.jsonl", place)


def preparer(folder: Path, workers: int, *audio: Path) -> AudioPreparer:
    scratch = folder / "scratch"
    scratch.mkdir()
    return AudioPreparer(scratch, AudioResolver(audio), by_reference=False, workers=workers)


def test_the_order_is_that_of_the_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = most = 0
    lock = threading.Lock()

    def copy_slowly(source: Path, target: Path) -> Stored:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.2 if source.stem == "3" else 0.01)
        with lock:
            at_once -= 1
        if source.stem == "5":
            raise AudioError(f"{source}: broken")
        return Stored(source.stem, 1.0, damaged=False)

    monkeypatch.setattr(module, "copy_into", copy_slowly)
    found = list(preparer(tmp_path, 3)(candidates(tmp_path, 9)))
    assert [each.candidate.place for each in found] == list(range(3, 12))
    assert [each.failed for each in found] == ["", "", "broken: 5.wav", *[""] * 6]
    assert 1 < most <= 3


def test_copies_lie_by_their_places(tmp_path: Path) -> None:
    prepare = preparer(tmp_path, 2)
    for each in prepare(candidates(tmp_path, 2)):
        assert each.source is not None
        assert prepare.path_of(each.candidate).read_bytes() == each.source.read_bytes()


def test_a_disk_that_refuses_ends_it(tmp_path: Path) -> None:
    prepare = preparer(tmp_path, 2)
    prepare.folder.rmdir()
    with pytest.raises(UsageError, match="cannot be written"):
        list(prepare(candidates(tmp_path, 2)))


def test_what_is_unpacked_goes_when_its_last_clip_has_it(tmp_path: Path) -> None:
    """Clips may share a member of a zip file, one of them still waiting when another is done."""
    sound = write_wav(tmp_path / "in" / "a.wav")
    with zipfile.ZipFile(tmp_path / "audios.zip", "w") as archive:
        archive.write(sound, "a.wav")
    (tmp_path / "lines").mkdir()
    clips = [
        Candidate("eval", make_clip(str(n), "a.wav"), tmp_path / "lines" / "w.jsonl", n)
        for n in range(20)
    ]
    prepare = preparer(tmp_path, 3, tmp_path / "audios.zip")
    with prepare.audio:
        found = list(prepare(clips))
        assert {each.failed + each.missing for each in found} == {""}
        sources = {each.source for each in found}
        assert len(sources) == 1
        assert not any(source.exists() for source in sources if source is not None)
