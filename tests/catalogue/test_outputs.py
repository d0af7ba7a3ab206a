"""Formats and tags by the command, of music that is heard and of captions that are there."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mullama.catalogue.read_paths import Listing
from mullama.catalogue.record import read_records
from mullama.cli import main
from mullama.errors import AudioError
from paths import ROOT

FORMATS = ("audiocraft", "ace-step-1.5", "parquet")


@pytest.fixture
def music(tmp_path: Path) -> Path:
    (tmp_path / "music" / "in").mkdir(parents=True)
    shutil.copy(ROOT / "examples" / "rock.mp3", tmp_path / "music")
    shutil.copy(ROOT / "examples" / "jig.flac", tmp_path / "music" / "in")
    return tmp_path / "music"


def run(*words: object, code: int = 0) -> None:
    assert main(["catalogue", *map(str, words)]) == code


def test_formats_come_out_of_one_run_and_of_its_captions(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    named = [word for name in FORMATS for word in ("--format", name)]
    run(music, "--out", out, *named, "--format", "jsonl")
    lines = (out / "audiocraft/data.jsonl").read_text().splitlines()
    sounds = {Path(json.loads(line)["path"]).resolve() for line in lines}
    assert sounds == {music / "rock.mp3", music / "in/jig.flac"}
    assert json.loads((out / "ace-step-1.5/in/jig.json").read_text())["timesignature"] == "6"
    capsys.readouterr()
    run(music, "--from", out / "captions.jsonl", "--out", again, *named, "--device", "none-such")
    assert (again / "captions.parquet").read_bytes() == (out / "captions.parquet").read_bytes()
    table = "ace-step-1.5/captions.csv"
    assert (again / table).read_bytes() == (out / table).read_bytes()
    run(music, "--from", out / "captions.jsonl", "--out", again, code=2)
    assert "--format or --write-tags" in capsys.readouterr().err


def test_tags_are_shown_written_and_undone_and_nothing_is_heard_for_it(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mutagen", reason="needs the tags extra")
    from mullama.catalogue.tags.containers import MODEL, opener

    out, files = tmp_path / "out", [music / "rock.mp3", music / "in" / "jig.flac"]
    before = [path.read_bytes() for path in files]
    run(music, "--out", out, "--write-tags")
    shown = capsys.readouterr()
    assert "rock.mp3\ttempo\t-\t" in shown.out
    assert "nothing is written without --apply" in shown.err
    assert [path.read_bytes() for path in files] == before
    run(music, "--from", out / "captions.jsonl", "--out", out, "--write-tags", "--apply")
    for path in files:
        assert opener(path)(path).read(MODEL)[0].startswith("small sha256:")
    records = list(read_records(out / "captions.jsonl"))
    capsys.readouterr()
    (out / "index.jsonl").unlink()  # else an unchanged time and size may hide the change
    run(music, "--out", out, "--write-tags", "--apply")
    told = capsys.readouterr().err
    assert " 0 heard now" in told
    assert "0 files changed, 2 as they were" in told
    after = list(read_records(out / "captions.jsonl"))
    assert [one.fields for one in after] == [one.fields for one in records]
    assert {one.digest for one in after}.isdisjoint(one.digest for one in records)
    run(music, "--out", out, "--write-tags", "--undo", "--apply")
    assert not any(opener(path)(path).read(MODEL) for path in files)
    (out / "index.jsonl").unlink()
    run(music, "--out", out)
    assert " 0 heard now" in capsys.readouterr().err


def test_a_record_of_anybody_reaches_no_file_outside(music: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.mp3").write_bytes(b"x")
    run(music, "--out", tmp_path / "out")
    (one, *_) = read_records(tmp_path / "out/captions.jsonl")
    with pytest.raises(AudioError, match="no name of a file below"):
        Listing([music]).file(replace(one, path="../secret.mp3"))


def test_apply_alone_is_refused(music: Path, tmp_path: Path) -> None:
    run(music, "--out", tmp_path / "out", "--apply", code=2)
    run(music, "--out", tmp_path / "out", "--beside", "--sounds", "copy", code=2)
