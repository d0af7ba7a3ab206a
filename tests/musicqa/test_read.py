"""From any kind to any other, with audio from a zip file, a folder or a parquet file."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from clips import make_clip, pairs_in, write_items, write_lines, write_wav
from mullama.data.files import read_clips, write_clips
from mullama.data.formats.published import PARTS
from mullama.data.records import Clip, Pair
from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.musicqa import read_audio
from mullama.musicqa.build.build import build
from mullama.musicqa.build.plan import BuildOptions
from mullama.musicqa.read import read
from mullama.musicqa.read_options import ReadOptions

pytestmark = pytest.mark.usefixtures("_no_histogram")
REAL = Path(os.environ.get("MULLAMA_DATA", "")) / PARTS["eval"]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A set of two clips."""
    sounds = [write_wav(tmp_path / f"{n}.wav", hz=99 + n) for n in range(2)]
    clips = [make_clip(f"c{n}", sound) for n, sound in enumerate(sounds)]
    lines = write_lines(tmp_path / "w.jsonl", clips)
    build(BuildOptions(out=tmp_path / "set", eval=(lines,)))
    return tmp_path / "set"


def test_the_published_layout_with_its_zip_file(built: Path, tmp_path: Path) -> None:
    """Read without unpacking more than is named; the set is the one that was packed."""
    with zipfile.ZipFile(tmp_path / "audios.zip", "w") as file:
        for path in (built / "audios").iterdir():
            file.write(path, f"audios/{path.name}")
        file.writestr("audios/other.wav", b"not asked for")
        file.writestr("../evil.wav", b"not wanted")
    job = ReadOptions((built / PARTS["eval"],), tmp_path / "ours", audio=(tmp_path / "audios.zip",))
    done = read(job)
    assert (done.clips, done.pairs) == (2, 18)
    pairs = pairs_in(job.out / "EvalMusicQA.jsonl")
    assert [pair.audio for pair in pairs[::9]] == ["audios/000000.wav", "audios/000001.wav"]
    for name in ("000000.wav", "000001.wav"):
        assert (job.out / "audios" / name).read_bytes() == (built / "audios" / name).read_bytes()
    assert sorted(path.name for path in (job.out / "audios").iterdir()) == [
        "000000.wav",
        "000001.wav",
    ]
    assert not (tmp_path / "evil.wav").exists()


def test_through_parquet_and_back(built: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    assert read(ReadOptions((built,), tmp_path / "a.parquet")).clips == 2
    shutil.move(built, tmp_path / "away")
    read(ReadOptions((tmp_path / "a.parquet",), tmp_path / "back"))
    assert pairs_in(tmp_path / "back" / "a.jsonl") == pairs_in(tmp_path / "away" / "eval.jsonl")
    for path in (tmp_path / "away" / "audios").iterdir():
        assert (tmp_path / "back" / "audios" / path.name).read_bytes() == path.read_bytes()


def test_text_alone_needs_no_audio(built: Path, tmp_path: Path) -> None:
    shutil.rmtree(built / "audios")
    for form in ("json", "jsonl", "csv"):
        assert read(ReadOptions((built,), tmp_path / f"a.{form}")).pairs == 18
    assert (tmp_path / "a.jsonl").read_bytes() == (built / "eval.jsonl").read_bytes()
    published = pairs_in(tmp_path / "a.json")
    assert [pair.answer for pair in published] == [
        pair.answer for pair in pairs_in(built / "eval.jsonl")
    ]


def test_absent_audio_is_counted_or_kept(built: Path, tmp_path: Path) -> None:
    (built / "audios" / "000000.wav").unlink()
    done = read(ReadOptions((built,), tmp_path / "one"))
    assert (done.clips, done.tally.left_out) == (1, {"without audio": 1})
    done = read(ReadOptions((built,), tmp_path / "two", include_missing_audio=True))
    assert (done.clips, done.pairs) == (2, 18)


def test_a_folder_gets_the_cleaned_set_beside_the_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    items = [("1.wav", "Who is the artist?", "A band."), ("1.wav", "Describe it.", "Rock.")]
    write_items(file, [*items, ("1.wav", "What tags are given?", "The tags are rock.")])
    job = ReadOptions((file,), tmp_path / "ours", cleaned=True, include_missing_audio=True)
    done = read(job)
    assert len(pairs_in(job.out / "a.jsonl")) == done.pairs == 3
    assert pairs_in(job.out / "a.cleaned.jsonl") == [Pair("Describe it.", "Rock.", "1.wav")]
    assert done.unwanted.total() == 2
    done = read(ReadOptions((file,), tmp_path / "b.jsonl", cleaned=True))
    assert (done.pairs, done.unwanted.total()) == (1, 2)


def test_failed_interviews_are_counted(tmp_path: Path) -> None:
    clips = [make_clip("f", failed="no answer"), make_clip("a"), make_clip("b")]
    done = read(ReadOptions((write_lines(tmp_path / "w.jsonl", clips),), tmp_path / "a.jsonl"))
    assert done.clips == 2
    assert done.tally.left_out == {"with a failed interview": 1}


def test_instructions_without_audio(tmp_path: Path) -> None:
    (tmp_path / "alpaca.json").write_text('[{"instruction": "Hi.", "input": "", "output": "Ho."}]')
    done = read(ReadOptions((tmp_path / "alpaca.json",), tmp_path / "ours"))
    assert done.pairs == 1
    expected = [Pair("Hi.", "Ho.", source="alpaca")]
    assert pairs_in(tmp_path / "ours" / "alpaca.jsonl") == expected


def test_names_from_outside_stay_below_the_folder(tmp_path: Path) -> None:
    """Audio comes along under whatever name; it is put below `audios/`, or nowhere."""
    pytest.importorskip("datasets")
    names = ["../../evil.wav", "/etc/evil2.wav", "deep/1.wav", "audios"]
    sounds = [write_wav(tmp_path / "w.wav", hz=99 + n).read_bytes() for n in range(len(names))]
    (tmp_path / "w.wav").unlink()
    pairs = (("Q", "A"),)
    clips = [Clip(audio=n, pairs=pairs, sound=s) for n, s in zip(names, sounds, strict=True)]
    write_clips(tmp_path / "a.parquet", clips)
    read(ReadOptions((tmp_path / "a.parquet",), tmp_path / "x" / "ours"))
    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    below = Path("x/ours/audios")
    assert written == {
        Path("a.parquet"),
        Path("x/ours/a.jsonl"),
        below / "evil.wav",
        below / "evil2.wav",
        below / "deep" / "1.wav",
        below / "audios",
    }


@pytest.mark.parametrize("out", ["ours", "a.parquet"])
def test_no_file_of_the_machine_comes_along(out: str, tmp_path: Path) -> None:
    """Fault 1: a file of pairs named any readable file as audio, and it was copied as it was."""
    pytest.importorskip("datasets")
    secret = tmp_path / "secret.txt"
    secret.write_text("the key of the house")
    music = write_wav(tmp_path / "private" / "song.wav")
    folder = tmp_path / "set"
    write_wav(folder / "fine.wav")
    (folder / "notes.txt").write_text("the key of the house")
    (folder / "link.wav").symlink_to(secret)
    (folder / "link2.wav").symlink_to(music)
    names = [str(secret), "../secret.txt", "/etc/passwd", "link.wav", "link2.wav", str(music),
             "notes.txt", "fine.wav"]  # fmt: skip
    write_items(folder / "a.json", [(name, "Q", "A") for name in names])
    report = read(ReadOptions((folder / "a.json",), tmp_path / "x" / out))
    assert (report.clips, report.pairs) == (1, 1)
    assert report.tally.left_out == {"without audio": 6, "with audio that cannot be decoded": 1}
    for path in (tmp_path / "x").rglob("*"):
        assert path.is_dir() or b"the key" not in path.read_bytes()
        assert path.name in (out, "audios", "fine.wav", "a.jsonl")
    kept = read(ReadOptions((folder / "a.json",), tmp_path / "y", include_missing_audio=True))
    assert kept.clips == 7
    assert [path.name for path in (tmp_path / "y" / "audios").iterdir()] == ["fine.wav"]


def test_clips_that_are_named_where_they_lie(built: Path, tmp_path: Path) -> None:
    """A set by reference is read by whoever says where its clips may lie."""
    parts = {"eval": (tmp_path / "w.jsonl",)}
    build(BuildOptions(out=tmp_path / "far" / "by_reference", by_reference=True, **parts))
    files = (tmp_path / "far" / "by_reference",)
    assert read(ReadOptions(files, tmp_path / "far" / "one")).clips == 0
    for number, named in enumerate((tmp_path, Path("/"))):
        report = read(ReadOptions(files, tmp_path / "far" / f"out{number}", audio=(named,)))
        assert (report.clips, report.tally.left_out) == (2, {})


@pytest.mark.parametrize(("out", "clips"), [("ours", 1), ("a.parquet", 0)])
def test_large_clips_go_into_folders_only(
    out: str, clips: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 8: a large member of a zip file filled the memory on its way into parquet."""
    pytest.importorskip("datasets")
    monkeypatch.setattr(read_audio, "MAX_SOUND_BYTES", 10_000)
    with zipfile.ZipFile(tmp_path / "audios.zip", "w") as file:
        file.write(write_wav(tmp_path / "far" / "1.wav"), "1.wav")
    write_items(tmp_path / "a.json", [("1.wav", "Q", "A")])
    options = ReadOptions((tmp_path / "a.json",), tmp_path / out, (tmp_path / "audios.zip",))
    report = read(options)
    assert report.clips == clips
    assert report.tally.left_out == ({} if clips else {"with audio that is too large": 1})


def test_any_format_by_its_name(built: Path, tmp_path: Path) -> None:
    read(ReadOptions((built,), tmp_path / "w.jsonl", format="clips"))
    assert [c.id for c in read_clips(tmp_path / "w.jsonl", Tally())] == ["c0", "c1"]
    with pytest.raises(UsageError, match="no format is called"):
        read(ReadOptions((built,), tmp_path / "w.jsonl", format="clip"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(built: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    for out in ("ours", "a.jsonl"):
        with pytest.raises(UsageError, match="cannot be written"):
            read(ReadOptions((built,), tmp_path / "locked" / out))


def test_a_disk_that_refuses_is_told_in_one_line(built: Path, tmp_path: Path) -> None:
    """Fault 10: `read` ended with a traceback."""
    (tmp_path / "file").touch()
    for out in ("file/ours", "file/a.jsonl", "file"):
        with pytest.raises(UsageError, match="cannot be written") as refused:
            read(ReadOptions((built,), tmp_path / out))
        assert "\n" not in str(refused.value)
    (tmp_path / "two" / "audios" / "000001.wav").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"000001\.wav"):
        read(ReadOptions((built,), tmp_path / "two"))


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
from mullama.cli import main
sys.exit(main(["musicqa", "read", sys.argv[1], "--out", sys.argv[2]]))
"""


@pytest.mark.parametrize("out", ["ours", "a.parquet", "a.json"])
def test_a_full_disk_is_told_in_one_line(out: str, built: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, 24_000)  # parquet packs a sine into nothing
    soundfile.write(built / "audios" / "000000.wav", noise, 8000)
    big = [(None, "Q", "x" * 30_000)]
    source = built if out != "a.json" else write_items(tmp_path / "big.json", big)
    command = [sys.executable, "-c", FULL, str(source), str(tmp_path / "x" / out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("mullama: error: ")
    assert "cannot be written: " in done.stderr
    assert "File too large" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not [path for path in (tmp_path / "x").rglob("*") if path.suffix == ".part"]


def test_two_clips_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    for folder, hz in (("one", 100), ("two", 200)):
        write_wav(tmp_path / folder / "1.wav", hz=hz)
        write_items(tmp_path / folder / f"{folder}.json", [("1.wav", "Q", "A")])
    files = (tmp_path / "one" / "one.json", tmp_path / "two" / "two.json")
    with pytest.raises(UsageError, match=r"1\.wav is another clip of this name"):
        read(ReadOptions(files, tmp_path / "ours"))
    shutil.copy(files[0], tmp_path / "one.json")
    with pytest.raises(UsageError, match="two files have one name"):
        read(ReadOptions((files[0], tmp_path / "one.json"), tmp_path / "theirs"))


def test_a_table_has_room_for_whole_clips_only(tmp_path: Path) -> None:
    items = [("1.wav", "Describe the audio", "Rock.")]
    write_items(tmp_path / "a.json", items)
    done = read(ReadOptions((tmp_path / "a.json",), tmp_path / "a.csv"))
    assert (done.clips, done.pairs) == (0, 0)
    assert done.tally.left_out == {"without the fixed questions": 1}


def test_places_that_make_no_sense(built: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a file of pairs, ending in"):
        read(ReadOptions((built,), tmp_path / "a.txt"))
    with pytest.raises(UsageError, match="one of the files to read"):
        read(ReadOptions((built / "eval.jsonl",), built / "eval.jsonl"))
    with pytest.raises(UsageError, match=r"eval\.jsonl is one of the files to read"):
        read(ReadOptions((built,), built))


@pytest.mark.skipif(not REAL.is_file(), reason="MULLAMA_DATA has no EvalMusicQA.json")
def test_the_published_evaluation(tmp_path: Path) -> None:
    done = read(ReadOptions((REAL,), tmp_path / "ours", cleaned=True, include_missing_audio=True))
    assert (done.clips, done.pairs) == (560, 5040)
    cleaned = pairs_in(tmp_path / "ours" / "EvalMusicQA.cleaned.jsonl")
    assert len(cleaned) == 5040 - done.unwanted.total()
    assert done.unwanted.total() > 400
