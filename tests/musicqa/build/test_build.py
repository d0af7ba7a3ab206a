"""One numbered set of several inputs, whole after any interruption."""

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from clips import make_clip, pairs_in, write_lines, write_wav
from mullama.data.formats.aqa_csv import write_aqa_csv
from mullama.data.formats.published import PARTS
from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.musicqa.build.build import build
from mullama.musicqa.build.build import build as module
from mullama.musicqa.build.check import check
from mullama.musicqa.build.plan import Build
from paths import EXAMPLES

pytestmark = pytest.mark.usefixtures("_no_histogram")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a set."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def job(tmp_path: Path) -> Build:
    """Two clips to pretrain, one of three for finetuning, a table of one mp3 for evaluation."""
    sounds = [write_wav(tmp_path / "in" / f"{n}.wav", hz=200 + 50 * n) for n in range(5)]
    (tmp_path / "in" / "broken.wav").write_text("no sound")
    clips = [make_clip(f"clip {n}", sound) for n, sound in enumerate(sounds)]
    pretrain = write_lines(tmp_path / "pretrain.jsonl", clips[:2])
    finetune = write_lines(
        tmp_path / "finetune.jsonl",
        [
            make_clip("broken", tmp_path / "in" / "broken.wav"),
            make_clip("failed", sounds[3], failed="no answer"),
            clips[2],
        ],
    )
    shutil.copy(EXAMPLES / "rock.mp3", tmp_path / "in" / "7.mp3")
    table = tmp_path / "MTG_AQA.csv"
    write_aqa_csv(table, [make_clip("x", "00/7.mp3", source="jamendo")], Tally())
    parts = {"eval": (table,), "finetune": (finetune,), "pretrain": (pretrain,)}
    return Build(parts, tmp_path / "set", audio=(tmp_path / "in",))


def test_numbers_run_over_the_parts_in_their_order(job: Build) -> None:
    told: list[str] = []
    built = build(job, notice=told.append)
    assert (built.clips, built.failed, built.pairs) == (4, 2, 36)
    assert [line.split(":")[0] for line in told] == ["folder broken", "folder failed"]
    published = {part: json.loads((job.out / file).read_text()) for part, file in PARTS.items()}
    names = {part: sorted({i["audio_name"] for i in items}) for part, items in published.items()}
    assert names == {
        "pretrain": ["000000.wav", "000001.wav"],
        "finetune": ["000002.wav"],
        "eval": ["000003.wav"],
    }
    assert names_in(job.out / "audios") == [f"{n:06d}.wav" for n in range(4)]
    assert published["finetune"][0]["conversation"] == [
        {"from": "human", "value": "Describe the audio"},
        {"from": "gpt", "value": "clip 2 sounds."},
    ]
    assert not check(job.out).counts


def test_our_lines_say_where_a_clip_comes_from(job: Build) -> None:
    build(job)
    (pair, *_), evaluation = (pairs_in(job.out / f"{part}.jsonl") for part in ("finetune", "eval"))
    assert (pair.audio, pair.source, pair.source_id) == ("audios/000002.wav", "folder", "clip 2")
    assert (pair.writer, pair.licence) == ("template", "CC0-1.0")
    assert (evaluation[0].source, evaluation[0].source_id) == ("jamendo", "track_0000007")
    assert len(pair.sha256) == 64


def test_a_complete_set_stays_and_another_is_refused(job: Build, tmp_path: Path) -> None:
    build(job)
    before = contents(job.out)
    assert build(job).clips == 4
    assert contents(job.out) == before
    with pytest.raises(UsageError, match="built of other inputs"):
        build(replace(job, parts={"pretrain": job.parts["pretrain"]}))
    with pytest.raises(UsageError, match="holds something else"):
        build(replace(job, out=tmp_path / "in"))


def test_no_clip_is_in_two_parts(job: Build, tmp_path: Path) -> None:
    copied = tmp_path / "in" / "copied.wav"
    shutil.copy(tmp_path / "in" / "0.wav", copied)
    clips = [
        make_clip("clip 1", tmp_path / "in" / "4.wav"),  # the same clip, by its id
        make_clip("other", copied),  # the same sound, by its bytes
        make_clip("new", tmp_path / "in" / "4.wav"),
    ]
    evaluation = write_lines(tmp_path / "eval.jsonl", clips)
    told: list[str] = []
    built = build(
        replace(job, parts={"pretrain": job.parts["pretrain"], "eval": (evaluation,)}),
        notice=told.append,
    )
    assert told == [
        "folder clip 1: the clip is in pretrain already",
        "folder other: the same sound is in pretrain already, as 000000.wav",
    ]
    assert built.clips == 3
    assert names_in(job.out / "audios") == [f"{n:06d}.wav" for n in range(3)]
    assert not check(job.out).counts


def test_by_reference_copies_nothing(job: Build, tmp_path: Path) -> None:
    build(replace(job, by_reference=True))
    assert list((job.out / "audios").iterdir()) == []
    first = json.loads((job.out / "PretrainMusicQA.json").read_text())[0]
    assert first["audio_name"] == (tmp_path / "in" / "0.wav").resolve().as_posix()
    assert pairs_in(job.out / "pretrain.jsonl")[0].audio == first["audio_name"]
    assert not check(job.out).counts


def test_absent_audio(job: Build, tmp_path: Path) -> None:
    absent = write_lines(tmp_path / "w.jsonl", [make_clip("a"), make_clip("b", "gone.wav")])
    parts = {"pretrain": (absent,)}
    told: list[str] = []
    with pytest.raises(UsageError, match="not one clip"):
        build(replace(job, parts=parts), notice=told.append)
    assert told[0] == "folder a: without audio"
    assert told[1].startswith(f"folder b: without audio: gone.wav: {absent} names it, but")
    assert not job.out.exists()
    built = build(replace(job, parts=parts, include_missing_audio=True))
    assert built.clips == 2
    assert check(job.out).counts == {"file missing": 2}


def test_unreadable_rows_are_counted(job: Build, tmp_path: Path) -> None:
    table = tmp_path / "MTG_AQA.csv"
    table.write_text(table.read_text() + "1;00/8.mp3;only\n")
    assert sum(build(job).tally.left_out.values()) == 1


@pytest.mark.parametrize("steps", [0, 2, 5])
def test_an_interrupted_build_goes_on(
    job: Build, steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after so many clips, and once more in writing the files."""
    build(replace(job, out=tmp_path / "whole"))
    left = steps

    def stop() -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1

    with pytest.raises(KeyboardInterrupt):
        build(job, progress=stop)
    with monkeypatch.context() as patched:
        patched.setattr(module, "write_clips", lambda *_, **__: exec("raise KeyboardInterrupt"))
        with pytest.raises(KeyboardInterrupt):
            build(job)
    build(job)
    assert contents(job.out) == contents(tmp_path / "whole")


SCRIPT = """
import sys
from pathlib import Path
from mullama.musicqa.build.build import build
from mullama.musicqa.build.plan import Build
sys.modules["matplotlib.figure"] = None
build(Build({"pretrain": (Path(sys.argv[1]),)}, Path(sys.argv[2])))
"""


@pytest.mark.slow
def test_a_killed_build_goes_on(tmp_path: Path) -> None:
    """kill -9 at many moments, then once to the end: the same set as without."""
    sounds = [write_wav(tmp_path / "in" / f"{n}.wav", hz=100 + n, seconds=3) for n in range(300)]
    clips = [make_clip(f"clip {n}", sound) for n, sound in enumerate(sounds)]
    lines = write_lines(tmp_path / "w.jsonl", clips)

    def run(out: Path, seconds: float | None) -> int:
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(lines), str(out)])
        if seconds is not None:
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
        return process.wait(60)

    assert run(tmp_path / "whole", None) == 0
    for tenth in range(4, 16, 3):
        run(tmp_path / "killed", tenth / 10)
    assert run(tmp_path / "killed", None) == 0
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
