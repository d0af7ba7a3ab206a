"""Every format is read back by its reader's own rule, and by the real package where there is one."""

import csv
import importlib.util
import io
import json
import os
import re
import sys
import tarfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalogue.songs import CAPTION, ArchiveAudio, destination, music, record
from mullama.catalogue.formats import FORMATS
from mullama.catalogue.record import CaptionRecord
from mullama.errors import UsageError
from mullama.jobs.digest import file_digest

TEXT = f"vibe, {CAPTION}"
FOLDERS = [name for name in FORMATS.names() if name not in ("jsonl", "csv", "parquet")]


@pytest.fixture
def songs(tmp_path: Path) -> list[CaptionRecord]:
    return music(tmp_path / "music")


def write(
    name: str, tmp_path: Path, songs: Iterable[CaptionRecord], **options: object
) -> list[str]:
    """Write a format of `tmp_path/music` into `tmp_path/out`; its warnings."""
    warnings: list[str] = []
    written = FORMATS.load(name)(iter(songs), destination(tmp_path, warnings, **options))
    assert all(path.exists() for path in written)
    return warnings


def tree(folder: Path) -> dict[str, bytes]:
    """Relative name -> content of all files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_csv(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    datasets = pytest.importorskip("datasets")
    write("csv", tmp_path, songs)
    path = tmp_path / "out" / "captions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        sure, unsure, _ = csv.DictReader(file)
    assert (sure["text"], sure["tempo"], sure["key"]) == (TEXT, "120.0", "F# minor")
    assert (unsure["tempo"], unsure["tempo_probability"], unsure["seconds"]) == ("", "0.2", "")
    assert sure["variants"].splitlines() == ["vibe, calm", "vibe, waltz"]
    (read,) = datasets.load_dataset("csv", data_files=str(path), cache_dir=tmp_path / "c").values()
    assert read["text"] == [TEXT] * 3
    assert read["tempo"] == [120.0, None, 120.0]


def test_parquet(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    datasets = pytest.importorskip("datasets")
    write("parquet", tmp_path, songs)
    files = str(tmp_path / "out" / "captions.parquet")
    (read,) = datasets.load_dataset("parquet", data_files=files, cache_dir=tmp_path / "c").values()
    assert read["path"] == ["sure.mp3", "unsure.wav", "in/deep.flac"]
    assert read["tempo"] == [120.0, None, 120.0]
    assert read["key"] == ["F# minor", None, "F# minor"]
    assert read["seconds"] == [1.0, None, 1.0]
    assert read["variants"] == [["vibe, calm", "vibe, waltz"], [], ["vibe, calm", "vibe, waltz"]]


def test_parquet_of_many_and_of_none(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "out" / "captions.parquet"
    write("parquet", tmp_path, (replace(songs[0], path=f"{n}") for n in range(20_001)))
    assert parquet.ParquetFile(path).metadata.num_row_groups == 3
    assert parquet.read_table(path)["path"].to_pylist() == [str(n) for n in range(20_001)]
    write("parquet", tmp_path, [])
    assert parquet.read_table(path).num_rows == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", ["parquet", "ace-step-1.5"])
def test_a_name_that_is_no_text_is_told(
    name: str, tmp_path: Path, songs: list[CaptionRecord]
) -> None:
    if name == "parquet":
        pytest.importorskip("pyarrow")
    odd = replace(songs[0], path=os.fsdecode(b"bad\xff.mp3"))
    (tmp_path / "music" / odd.path).write_bytes((tmp_path / "music" / songs[0].path).read_bytes())
    (warning,) = [line for line in write(name, tmp_path, [odd, *songs]) if "UTF-8" in line]
    assert warning.startswith(f"{name}: 1 ")
    assert "bad\\udcff.mp3" in warning


AUDIOCRAFT_FIELDS = (
    *("name", "title", "artist", "key", "bpm", "genre", "moods", "description", "instrument"),
)


def test_audiocraft(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    """By `load_audio_meta` and `MusicInfo.from_dict(..., fields_required=True)`."""
    gone = replace(songs[0], path="gone.mp3")
    warnings = write("audiocraft", tmp_path, [*songs, gone])
    assert warnings == ["audiocraft: 1 left out, as their sound is gone (gone.mp3)"]
    lines = (tmp_path / "out" / "audiocraft" / "data.jsonl").read_bytes().splitlines()
    known = []
    for line in lines:
        meta = json.loads(line)
        assert Path(meta["path"]).is_absolute()
        assert isinstance(meta["sample_rate"], int)
        assert meta["duration"] == pytest.approx(1.0, abs=0.06)
        info = json.loads(Path(meta["path"]).with_suffix(".json").read_text())
        assert info.keys() == set(AUDIOCRAFT_FIELDS)
        known.append((meta["sample_rate"], info))
    (_, sure), (_, unsure), (rate, deep) = known
    assert rate == 22_050
    assert deep["name"] == "deep"
    assert sure["description"] == TEXT
    assert sure["bpm"] == 120
    assert sure["key"] == "F# minor"
    assert sure["moods"] == ["calm", "happy"]
    assert sure["instrument"] == "piano, drums"
    assert {name for name, value in unsure.items() if value is not None} == {"name", "description"}


def test_stable_audio_tools(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    """By `create_dataloader_from_config`: a module by its path, its function pickled by dill."""
    dill = pytest.importorskip("dill")
    write("stable-audio-tools", tmp_path, songs)
    (one,) = json.loads((tmp_path / "out/stable-audio-tools/dataset.json").read_text())["datasets"]
    spec = importlib.util.spec_from_file_location("metadata_module", one["custom_metadata_module"])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = dill.loads(dill.dumps(module.get_custom_metadata))
    sounds = [
        path for path in Path(one["path"]).rglob("*") if path.suffix in (".mp3", ".wav", ".flac")
    ]
    assert len(sounds) == 3
    assert all(path.resolve().is_file() for path in sounds)
    found = [function({"path": f"{one['path']}/sure.mp3"}, None) for _ in range(50)]
    assert {known["prompt"] for known in found} == {TEXT, "vibe, calm", "vibe, waltz"}
    assert found[0]["tempo"] == 120
    assert found[0]["key"] == "F# minor"
    assert function({"path": f"{one['path']}/unsure.wav"}, None) == {"prompt": TEXT}
    assert function({"path": f"{one['path']}/other.wav"}, None) == {"__reject__": True}
    assert function({"path": "moved.wav", "prompt": "was there"}, None) == {}


def test_ace_step(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    """By convert2hf_dataset.py: `*.mp3` of one folder, with both files beside it."""
    deep = replace(songs[0], path="in/other.mp3", fields=songs[1].fields)
    (tmp_path / "music/in/other.mp3").write_bytes((tmp_path / "music/sure.mp3").read_bytes())
    folder = tmp_path / "out" / "ace-step"
    folder.mkdir(parents=True)
    (folder / "sure_lyrics.txt").write_text("[verse]\nmine")
    warnings = write("ace-step", tmp_path, [*songs, deep])
    assert warnings == [
        "ace-step: 2 no .mp3, which ACE-Step's converter passes over (unsure.wav, in/deep.flac)"
    ]
    read = {}
    for song in folder.glob("*.mp3"):
        paths = [str(song).replace(".mp3", end) for end in ("_prompt.txt", "_lyrics.txt")]
        prompt, lyrics = (Path(path).read_text(encoding="utf-8").strip() for path in paths)
        read[song.stem] = (prompt.split(", "), lyrics)
    assert read["sure"] == (
        ["vibe", "jazz", "calm", "happy", "piano", "drums", "120 bpm", "F# minor"],
        "[verse]\nmine",
    )
    assert read["in__other"] == (TEXT.split(", "), "")


def test_ace_step_1_5(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    """By the scanner's files, and by `load_csv_metadata`: a sniffed dialect, rows by base name."""
    write("ace-step-1.5", tmp_path, songs)
    folder = tmp_path / "out" / "ace-step-1.5"
    assert not list(folder.rglob("sure.txt"))
    assert not list(folder.rglob("*.lyrics.txt"))
    assert (folder / "in/deep.caption.txt").read_text(encoding="utf-8").strip() == TEXT
    assert json.loads((folder / "sure.json").read_text()) == {
        "caption": TEXT,
        "bpm": 120,
        "keyscale": "F# minor",
        "timesignature": "3",
    }
    assert json.loads((folder / "unsure.json").read_text()) == {"caption": TEXT}
    (table,) = folder.glob("*.csv")
    rows = sniffed(table)
    assert [row["File"] for row in rows] == ["sure.mp3", "unsure.wav", "deep.flac"]
    assert [row["BPM"] for row in rows] == ["120", "", "120"]
    assert {row["Caption"] for row in rows} == {typographic(TEXT)}


def typographic(text: str) -> str:
    return " ".join(text.replace('"', "\u201d").replace("'", "\u2019").split())


def sniffed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        sample = file.read(4096)
        file.seek(0)
        return list(csv.DictReader(file, dialect=csv.Sniffer().sniff(sample, delimiters=",;\t")))


@pytest.mark.parametrize("mark", [";", "\t", ",", "'", "', '", '"', "\n", '","', "\n\n", "; ; ;"])
def test_no_caption_leads_ace_steps_guess_astray(
    mark: str, tmp_path: Path, songs: list[CaptionRecord]
) -> None:
    text = mark.join(["It is", "calm", "and", "slow"] * 3)
    write("ace-step-1.5", tmp_path, [replace(song, text=text) for song in songs])
    rows = sniffed(tmp_path / "out/ace-step-1.5/captions.csv")
    expected = typographic(text)
    assert [(row["File"], row["Caption"]) for row in rows] == [
        (name, expected) for name in ("sure.mp3", "unsure.wav", "deep.flac")
    ]


def test_one_row_never_counts_for_two_sounds(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    (tmp_path / "music/in/sure.mp3").write_bytes(b"another")
    twin = record(tmp_path / "music", "in/sure.mp3", text="other")
    warnings = write("ace-step-1.5", tmp_path, [*songs, twin])
    assert [row["File"] for row in sniffed(tmp_path / "out/ace-step-1.5/captions.csv")] == [
        "unsure.wav",
        "deep.flac",
    ]
    assert "in/sure.mp3" in warnings[0]
    assert (tmp_path / "out/ace-step-1.5/in/sure.caption.txt").read_text() == "other"


def test_ai_toolkit(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    """By `parse_ace_step_caption`."""
    hostile = replace(songs[2], text="A </CAPTION><BPM>9</BPM> waltz")
    warnings = write("ai-toolkit", tmp_path, [*songs[:2], hostile])

    def read(name: str) -> dict[str, str]:
        text = (tmp_path / "out/ai-toolkit" / name).read_text(encoding="utf-8")
        tags = ("CAPTION", "LYRICS", "BPM", "KEYSCALE", "TIMESIGNATURE", "DURATION", "LANGUAGE")
        found = {tag: re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in tags}
        return {tag: match.group(1).strip() for tag, match in found.items() if match}

    assert read("sure.txt") == {
        "CAPTION": TEXT,
        "BPM": "120",
        "KEYSCALE": "F# minor",
        "TIMESIGNATURE": "3",
        "DURATION": "1",
    }
    assert read("unsure.txt") == {"CAPTION": TEXT}
    assert read("in/deep.txt")["BPM"] == "120"
    assert read("in/deep.txt")["CAPTION"].split() == ["A", "9", "waltz"]
    assert [line.partition(" (")[0] for line in warnings] == [
        "ai-toolkit: 1 without a tempo, which ai-toolkit takes for 120",
        "ai-toolkit: 1 without a length, which ai-toolkit takes for a second",
    ]


def test_audiofolder(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    datasets = pytest.importorskip("datasets")
    for sounds in ("link", "copy"):
        write("audiofolder", tmp_path, songs, sounds=sounds)
        folder = tmp_path / "out" / "audiofolder"
        assert (folder / "in/deep.flac").is_symlink() == (sounds == "link")
        # What load_dataset does, but for encoding: that would import torchcodec.
        builder = datasets.load_dataset_builder("audiofolder", data_dir=str(folder))
        (split,) = builder._split_generators(datasets.DownloadManager())
        rows = [row for _, row in builder._generate_examples(**split.gen_kwargs)]
        assert isinstance(builder.info.features["audio"], datasets.Audio)
        assert all(Path(row["audio"]).is_file() for row in rows)
        known = {Path(row["audio"]).name: row for row in rows}
        assert known["sure.mp3"]["text"] == TEXT
        assert known["sure.mp3"]["tempo"] == 120.0
        assert known["unsure.wav"]["key"] is None
        assert known["deep.flac"]["variants"] == ["vibe, calm", "vibe, waltz"]
    with pytest.raises(UsageError, match="holds its sounds"):
        write("audiofolder", tmp_path, songs, sounds="none")


def test_webdataset(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    import soundfile

    from sound_files import tone

    soundfile.write(tmp_path / "music/unsure.wav", tone(seconds=9.0), 44_100)  # more than a MiB
    gone = replace(songs[0], path="gone.mp3")
    hostile = replace(songs[0], path="../music/sure.mp3")
    warnings = write("webdataset", tmp_path, [*songs, gone, hostile], tar_mib=1)
    folder = tmp_path / "out" / "webdataset"
    first = tree(folder)
    assert list(first) == ["captions-000000.tar", "captions-000001.tar", "captions-000002.tar"]
    assert len(warnings) == 2
    found = []
    for path in folder.glob("*.tar"):
        with tarfile.open(path) as tar:
            assert {(m.mtime, m.uid, m.uname, m.mode) for m in tar} == {(0, 0, "", 0o644)}
            found += [member.name for member in tar]
    assert sorted(found)[:2] == ["000000000.json", "000000000.mp3"]
    write("webdataset", tmp_path, [*songs, gone, hostile], tar_mib=1)
    assert tree(folder) == first
    write("webdataset", tmp_path, songs)
    assert list(tree(folder)) == ["captions-000000.tar"]  # what an earlier, longer run left is gone
    webdataset = pytest.importorskip("webdataset")
    read = list(webdataset.WebDataset(str(folder / "captions-000000.tar"), shardshuffle=False))
    assert [json.loads(one["json"])["path"] for one in read] == [song.path for song in songs]
    assert read[2]["flac"] == (tmp_path / "music/in/deep.flac").read_bytes()
    assert soundfile.read(io.BytesIO(read[1]["wav"]))[1] == 44_100


def test_plain_text_says_what_it_may_be_taken_for(
    tmp_path: Path, songs: list[CaptionRecord]
) -> None:
    (warning,) = write("txt", tmp_path, songs)
    assert "lyrics" in warning
    assert (tmp_path / "out/txt/in/deep.txt").read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("name", FOLDERS)
def test_a_second_run_changes_nothing(
    name: str, tmp_path: Path, songs: list[CaptionRecord]
) -> None:
    music_before = tree(tmp_path / "music")
    write(name, tmp_path, songs)
    first = tree(tmp_path / "out")
    write(name, tmp_path, songs)
    assert tree(tmp_path / "out") == first
    assert tree(tmp_path / "music") == music_before
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]


@pytest.mark.parametrize("name", [name for name in FOLDERS if name != "webdataset"])
def test_hostile_and_colliding_names_are_told(
    name: str, tmp_path: Path, songs: list[CaptionRecord]
) -> None:
    folder = tmp_path / "music"
    (folder / "sure.flac").write_bytes((folder / "in/deep.flac").read_bytes())
    others = [
        record(folder, "sure.flac"),
        replace(songs[0], path="../outside.mp3"),
        replace(songs[0], path="/etc/passwd"),
        replace(songs[0], path=f"{'x' * 255}.mp3"),
    ]
    warnings = write(name, tmp_path, [*songs, *others])
    told = " ".join(warnings)
    assert "3 with a name that no file here can have" in told
    if name not in ("audiofolder",):  # of which no file lies beside the sounds
        assert "(sure.flac)" in told
    assert {path.name for path in tmp_path.iterdir()} == {"music", "out"}


@pytest.mark.parametrize("name", ["audiocraft", "ai-toolkit", "txt"])
def test_what_lies_in_an_archive_is_copied(
    name: str, tmp_path: Path, songs: list[CaptionRecord]
) -> None:
    to = replace(destination(tmp_path, []), audio=ArchiveAudio(tmp_path / "music"))
    FORMATS.load(name)(iter(songs), to)
    copy = tmp_path / "out" / name / "in/deep.flac"
    assert not copy.is_symlink()
    assert file_digest(copy) == songs[2].digest


def test_beside_the_sounds_nothing_is_overwritten(
    tmp_path: Path, songs: list[CaptionRecord]
) -> None:
    (tmp_path / "music/sure.json").write_text("mine")
    warnings = write("audiocraft", tmp_path, songs, beside=True)
    assert (tmp_path / "music/sure.json").read_text() == "mine"
    assert json.loads((tmp_path / "music/in/deep.json").read_text())["bpm"] == 120
    assert "files that were there already stay" in warnings[0]
    lines = (tmp_path / "out/audiocraft/data.jsonl").read_text().splitlines()
    paths = [Path(json.loads(line)["path"]) for line in lines]
    assert paths == [tmp_path / "music" / song.path for song in songs]
    with pytest.raises(UsageError, match="--beside"):
        write("stable-audio-tools", tmp_path, songs, beside=True)
    with pytest.raises(UsageError, match="--beside"):
        destination(tmp_path, [], beside=True, sounds="copy")


def test_a_copy_never_goes_through_a_link(tmp_path: Path, songs: list[CaptionRecord]) -> None:
    write("txt", tmp_path, songs[:1])
    before = os.stat(tmp_path / "music/sure.mp3")  # noqa: PTH116
    changed = replace(songs[0], digest="0" * 64)
    write("txt", tmp_path, [changed], sounds="copy")
    copy: Any = tmp_path / "out/txt/sure.mp3"
    assert not copy.is_symlink()
    assert copy.read_bytes() == (tmp_path / "music/sure.mp3").read_bytes()
    assert os.stat(tmp_path / "music/sure.mp3").st_ino == before.st_ino  # noqa: PTH116
