"""One numbered set of several inputs, whole after any interruption."""

import json
import shutil
import signal
import subprocess
import sys
import time
import wave
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clips import make_clip, pairs_in, write_items, write_lines, write_wav
from mullama.data.formats.aqa_csv import write_aqa_csv
from mullama.data.formats.published import PARTS
from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.jobs.digest import bytes_digest
from mullama.musicqa.build import build as module
from mullama.musicqa.build.build import build
from mullama.musicqa.build.check import check
from mullama.musicqa.build.plan import BuildOptions
from paths import EXAMPLES

pytestmark = pytest.mark.usefixtures("_no_histogram")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a set."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def options(tmp_path: Path) -> BuildOptions:
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
    return BuildOptions(
        out=tmp_path / "set",
        eval=(table,),
        finetune=(finetune,),
        pretrain=(pretrain,),
        audio=(tmp_path / "in",),
    )


def test_numbers_run_over_the_parts_in_their_order(options: BuildOptions) -> None:
    told: list[str] = []
    report = build(options, notice=told.append)
    assert (report.clips, report.failed, report.pairs) == (4, 2, 36)
    assert [line.split(":")[0] for line in told] == ["folder broken", "folder failed"]
    published = {part: json.loads((options.out / file).read_text()) for part, file in PARTS.items()}
    names = {part: sorted({i["audio_name"] for i in items}) for part, items in published.items()}
    assert names == {
        "pretrain": ["000000.wav", "000001.wav"],
        "finetune": ["000002.wav"],
        "eval": ["000003.wav"],
    }
    assert names_in(options.out / "audios") == [f"{n:06d}.wav" for n in range(4)]
    assert published["finetune"][0]["conversation"] == [
        {"from": "human", "value": "Describe the audio"},
        {"from": "gpt", "value": "clip 2 sounds."},
    ]
    assert not check(options.out).counts


def test_our_lines_say_where_a_clip_comes_from(options: BuildOptions) -> None:
    build(options)
    (pair, *_), evaluation = (
        pairs_in(options.out / f"{part}.jsonl") for part in ("finetune", "eval")
    )
    assert (pair.audio, pair.source, pair.source_id) == ("audios/000002.wav", "folder", "clip 2")
    assert (pair.writer, pair.licence) == ("template", "CC0-1.0")
    assert (evaluation[0].source, evaluation[0].source_id) == ("jamendo", "track_0000007")
    assert len(pair.sha256) == 64


def test_a_complete_set_stays_and_another_is_refused(options: BuildOptions, tmp_path: Path) -> None:
    build(options)
    before = contents(options.out)
    assert build(options).clips == 4
    assert contents(options.out) == before
    with pytest.raises(UsageError, match="built of other inputs"):
        build(replace(options, finetune=(), eval=()))
    with pytest.raises(UsageError, match="holds something else"):
        build(replace(options, out=tmp_path / "in"))


def test_no_clip_is_in_two_parts(options: BuildOptions, tmp_path: Path) -> None:
    copied = tmp_path / "in" / "copied.wav"
    shutil.copy(tmp_path / "in" / "0.wav", copied)
    clips = [
        make_clip("clip 1", tmp_path / "in" / "4.wav"),  # the same clip, by its id
        make_clip("other", copied),  # the same sound, by its bytes
        make_clip("new", tmp_path / "in" / "4.wav"),
    ]
    evaluation = write_lines(tmp_path / "eval.jsonl", clips)
    told: list[str] = []
    report = build(
        replace(options, finetune=(), eval=(evaluation,)),
        notice=told.append,
    )
    assert told == [
        "folder clip 1: the clip is in pretrain already",
        "folder other: the same sound is in pretrain already, as 000000.wav",
    ]
    assert report.clips == 3
    assert names_in(options.out / "audios") == [f"{n:06d}.wav" for n in range(3)]
    assert not check(options.out).counts


def test_by_reference_copies_nothing(options: BuildOptions, tmp_path: Path) -> None:
    build(replace(options, by_reference=True))
    assert list((options.out / "audios").iterdir()) == []
    first = json.loads((options.out / "PretrainMusicQA.json").read_text())[0]
    assert first["audio_name"] == (tmp_path / "in" / "0.wav").resolve().as_posix()
    assert pairs_in(options.out / "pretrain.jsonl")[0].audio == first["audio_name"]
    assert not check(options.out).counts


def test_absent_audio(options: BuildOptions, tmp_path: Path) -> None:
    absent = write_lines(tmp_path / "w.jsonl", [make_clip("a"), make_clip("b", "gone.wav")])
    options = BuildOptions(out=options.out, pretrain=(absent,))
    told: list[str] = []
    with pytest.raises(UsageError, match="not one clip"):
        build(options, notice=told.append)
    assert told[0] == "folder a: without audio"
    assert told[1].startswith(f"folder b: without audio: gone.wav: {absent} names it, but")
    assert not options.out.exists()
    report = build(replace(options, include_missing_audio=True))
    assert report.clips == 2
    assert check(options.out).counts == {"file missing": 2}


def test_pairs_that_do_not_say_where_they_come_from(tmp_path: Path) -> None:
    """The published files do not; and what is text alone gets no number."""
    write_wav(tmp_path / "a.wav")
    (tmp_path / "audios").mkdir()
    (tmp_path / "audios" / "broken.wav").write_text("no sound")
    names = ("a.wav", "gone.wav", "broken.wav", None)
    file = write_items(tmp_path / "Pairs.json", [(name, "Q?", "A.") for name in names])
    told: list[str] = []
    options = BuildOptions(tmp_path / "set", finetune=(file,), include_missing_audio=True)
    report = build(options, notice=told.append)
    assert (report.clips, report.failed, report.pairs) == (2, 2, 2)
    why = "no sound can be read from it; damaged, or of a format not known here"
    assert told == [f"finetune: {why}: broken.wav", "finetune: without audio"]
    assert f"| finetune | {why} | 1 |" in (options.out / "README.md").read_text()
    assert all(str(tmp_path).encode() not in content for content in contents(options.out).values())


def test_unreadable_rows_are_counted(options: BuildOptions, tmp_path: Path) -> None:
    table = tmp_path / "MTG_AQA.csv"
    table.write_text(table.read_text() + "1;00/8.mp3;only\n")
    assert sum(build(options).tally.left_out.values()) == 1


@pytest.mark.parametrize("steps", [0, 2, 5])
def test_an_interrupted_build_goes_on(
    options: BuildOptions, steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after so many clips, and once more in writing the files."""
    build(replace(options, out=tmp_path / "whole"))

    def stop(count: int) -> None:
        if count > steps:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(options, progress=stop)
    with monkeypatch.context() as patched:
        patched.setattr(module, "write_clips", lambda *_, **__: exec("raise KeyboardInterrupt"))
        with pytest.raises(KeyboardInterrupt):
            build(options)
    build(options)
    assert contents(options.out) == contents(tmp_path / "whole")


def test_inputs_are_read_once(options: BuildOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside their digests, and a look at a file's first lines."""
    opened = Counter[Path]()
    path_open = Path.open

    def counted(self: Path, *arguments: Any, **keywords: Any) -> Any:
        opened[self] += 1
        return path_open(self, *arguments, **keywords)

    monkeypatch.setattr(Path, "open", counted)
    build(options)
    for (file,) in options.parts.values():
        digest, first_lines, rows = 1, 1, 1
        assert opened[file] == digest + first_lines + rows, file


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("missing", [False, True])
def test_the_same_bytes_as_version_0_2_0(tmp_path: Path, missing: bool, workers: int) -> None:
    """Duplicates, leaks, failed interviews, absent audio and an unreadable row included."""
    report = build(mixed_inputs(tmp_path, missing, workers))
    counts = (report.clips, report.failed, report.pairs)
    assert counts == ((6, 3, 54) if missing else (4, 5, 36))
    found = {
        name: bytes_digest(content)[:16] for name, content in contents(tmp_path / "set").items()
    }
    assert found == BYTES_OF_0_2_0[missing]


def test_a_build_that_version_0_2_0_left_half_done_begins_again(tmp_path: Path) -> None:
    options = mixed_inputs(tmp_path, missing=False)
    options.out.mkdir()
    (options.out / "build.json").write_text(options.plan(), encoding="utf-8")
    (options.out / "clips.jsonl.part").write_text('{"part": "pretrain", "source": "folder"}\n')
    (options.out / "audios").mkdir()
    (options.out / "audios" / "000007.wav.part").write_text("torn")
    build(options)
    assert contents(options.out).keys() == BYTES_OF_0_2_0[False].keys()


def test_one_builder_at_a_time(options: BuildOptions) -> None:
    pytest.importorskip("fcntl")

    def build_too(count: int) -> None:
        with pytest.raises(UsageError, match="another process: it builds the same set"):
            build(options)

    build(options, progress=build_too)


def test_audio_outside_of_the_named_folders_is_refused(
    options: BuildOptions, tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign" / "w.jsonl"
    foreign.parent.mkdir()
    private = write_wav(tmp_path / "private.wav")
    names = {"absolute": private, "relative": "../private.wav"}
    write_lines(foreign, [make_clip(name, audio) for name, audio in names.items()])
    told: list[str] = []
    build(replace(options, finetune=(foreign,), eval=()), notice=told.append)
    outside = "it lies outside of what was named; allow for that by --audio DIR"
    assert told[0] == (
        f"folder absolute: without audio: {private}: {foreign} names it, but {outside}"
    )
    assert told[1].startswith("folder relative: without audio: ../private.wav: ")
    for content in contents(options.out).values():
        assert content != private.read_bytes()
        assert str(foreign.parent).encode() not in content


def test_pairs_that_are_too_long_for_a_line_are_left_out(
    options: BuildOptions, tmp_path: Path
) -> None:
    long = replace(make_clip("long", "in/4.wav"), pairs=(("Q?", "ü" * 100_000),))
    lines = write_lines(tmp_path / "long.jsonl", [long])
    told: list[str] = []
    build(replace(options, finetune=(lines,)), notice=told.append)
    assert told == ["folder long: its pairs have more than 100,000 characters"]


def mixed_inputs(tmp_path: Path, missing: bool, workers: int = 2) -> BuildOptions:
    """Inputs whose bytes are the same on every machine."""
    for name, step in {"0": 7, "1": 8, "2": 9, "3": 10, "4": 11, "7": 99, "again": 7}.items():
        write_ramp(tmp_path / "in" / f"{name}.wav", step)
    clip = make_clip
    pretrain = [clip("clip 0", "in/0.wav"), clip("clip 1", "in/1.wav"), clip("clip 0", "in/4.wav")]
    finetune = [
        clip("failed", "in/3.wav", failed="no answer"),
        clip("absent", "in/none.wav"),
        clip("same", "in/again.wav"),
        clip("clip ü", "in/2.wav"),
        clip("text"),
    ]
    table = tmp_path / "MTG_AQA.csv"
    write_aqa_csv(table, [clip("x", "00/7.wav", source="jamendo")], Tally())
    table.write_text(table.read_text() + "1;00/8.wav;only\n")
    return BuildOptions(
        out=tmp_path / "set",
        pretrain=(write_lines(tmp_path / "pretrain.jsonl", pretrain),),
        finetune=(write_lines(tmp_path / "finetune.jsonl", finetune),),
        eval=(table,),
        audio=(tmp_path / "in",),
        include_missing_audio=missing,
        workers=workers,
    )


def write_ramp(path: Path, step: int) -> None:
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        samples = ((n * step) % 20011 - 10000 for n in range(12_000))
        file.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))


BYTES_OF_0_2_0 = {
    False: {
        "EvalMusicQA.json": "7eda6effc3f7445c",
        "FinetuneMusicQA.json": "86d3764e239a2dc7",
        "PretrainMusicQA.json": "30ce674c68bac7c0",
        "README.md": "a96e84cfde25c15e",
        "audios/000000.wav": "4b6eedebd8816e13",
        "audios/000001.wav": "38da4dc2e8f77721",
        "audios/000002.wav": "4b29071d796656a5",
        "audios/000003.wav": "25e237003b77d8d9",
        "build.json": "28a11eb6328b9a86",
        "clips.jsonl": "b275a610d4af403a",
        "eval.jsonl": "30114ad2dc903c89",
        "finetune.jsonl": "723b256e44ddface",
        "pretrain.jsonl": "251c30286fb45687",
    },
    True: {
        "EvalMusicQA.json": "ff1dfa705140a234",
        "FinetuneMusicQA.json": "ff83aff2ad341864",
        "PretrainMusicQA.json": "30ce674c68bac7c0",
        "README.md": "55b874860adc4f78",
        "audios/000000.wav": "4b6eedebd8816e13",
        "audios/000001.wav": "38da4dc2e8f77721",
        "audios/000003.wav": "4b29071d796656a5",
        "audios/000005.wav": "25e237003b77d8d9",
        "build.json": "5c3899c5a91a2819",
        "clips.jsonl": "0c31f03f4a718aab",
        "eval.jsonl": "f5ac6eb89d683e05",
        "finetune.jsonl": "94e8170a7c435ec1",
        "pretrain.jsonl": "251c30286fb45687",
    },
}
"""Whether clips without audio are numbered -> the begin of each file's digest."""


SCRIPT = """
import sys
from pathlib import Path
from mullama.musicqa.build.build import build
from mullama.musicqa.build.plan import BuildOptions
sys.modules["matplotlib.figure"] = None
build(BuildOptions(out=sys.argv[2], pretrain=[sys.argv[1]]))
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
