"""What is wrong with a set is found; a sound set has no findings."""

import shutil
from pathlib import Path

import pytest

from clips import make_clip, pairs_in, write_items, write_lines, write_wav
from mullama.data.files import write_clips
from mullama.data.records import to_clips
from mullama.errors import UsageError
from mullama.musicqa.build import check as module
from mullama.musicqa.build.build import build
from mullama.musicqa.build.check import check
from mullama.musicqa.build.plan import BuildOptions

pytestmark = pytest.mark.usefixtures("_no_histogram")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two parts of one clip each, and a third clip in the first."""
    sounds = [write_wav(tmp_path / f"{n}.wav", hz=99 + n) for n in range(3)]
    clips = [make_clip(f"c{n}", sound) for n, sound in enumerate(sounds)]
    one = write_lines(tmp_path / "1.jsonl", clips[:2])
    two = write_lines(tmp_path / "2.jsonl", clips[2:])
    build(BuildOptions(out=tmp_path / "set", pretrain=(one,), eval=(two,)))
    return tmp_path / "set"


def test_a_set_without_faults(out: Path) -> None:
    findings = check(out)
    assert (findings.clips, findings.pairs, findings.seconds) == (3, 27, 4.5)
    assert findings.lines() == []


def test_files(out: Path) -> None:
    write_wav(out / "audios" / "000000.wav", hz=1000, seconds=0.5)
    (out / "audios" / "000001.wav").write_text("no sound")
    (out / "audios" / "000002.wav").unlink()
    assert check(out).counts == {
        module.CHANGED: 1,
        module.SHORT: 1,
        module.UNREADABLE: 1,
        module.MISSING: 1,
    }
    assert "1 x shorter than 1 s: 000000.wav, 0.50 s" in check(out).lines()


def test_leaks_by_sound_and_by_origin(out: Path) -> None:
    shutil.copy(out / "audios" / "000000.wav", out / "audios" / "000002.wav")
    evaluation = pairs_in(out / "eval.jsonl")
    training = pairs_in(out / "pretrain.jsonl")
    write_clips(out / "pretrain.jsonl", to_clips([*training[:17], evaluation[0]]))
    findings = check(out)
    assert findings.counts[module.LEAK_SOUND] == 1
    assert findings.counts[module.LEAK_ORIGIN] == 1
    assert findings.counts[module.DISAGREE] == 1
    shutil.copy(out / "audios" / "000000.wav", out / "audios" / "000001.wav")
    assert check(out).counts[module.SAME_SOUND] == 1


def test_published_files_alone(out: Path) -> None:
    for path in (*out.glob("*.jsonl"), out / "build.json"):
        path.unlink()
    assert not check(out).counts
    items = [("000000.wav", "Q?", "A."), ("000000.wav", "Q?", ""), ("../1.wav", "Q?", "A.")]
    write_items(out / "FinetuneMusicQA.json", [*items, ("000003.wav", "Q?", "A.")])
    assert check(out).counts == {
        module.LEAK_SOUND: 2,
        module.EMPTY: 1,
        module.MISSING: 2,
    }
    write_items(out / "FinetuneMusicQA.json", [("000004.wav", "Q?", "A.")] * 2)
    assert check(out).counts == {module.REPEATED: 1, module.MISSING: 1}


def test_what_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none of PretrainMusicQA\.json"):
        check(tmp_path)
