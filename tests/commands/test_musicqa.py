"""`mullama musicqa` from end to end: the studio's clips become a checked set."""

import argparse
import os
from pathlib import Path

import pytest

from clips import make_clip, pairs_in, write_lines, write_wav
from mullama.commands import musicqa
from paths import EXAMPLES


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    musicqa.add_arguments(parser)
    return musicqa.run(parser.parse_args([str(word) for word in words]))


def test_a_folder_of_music_becomes_a_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["rock.mp3,A rock song with drums.", "jig.flac,A quick jig.", "none.mp3,Nothing."]
    table = tmp_path / "metadata.csv"
    table.write_text("\n".join(["file_name,caption", *rows]))
    for name in ("rock.mp3", "jig.flac"):
        os.link(EXAMPLES / name, tmp_path / name)
    written, out = tmp_path / "w.jsonl", tmp_path / "set"
    assert run("write", "folder", tmp_path, "--writer", "template", "--out", written) == 0
    assert run("build", "--pretrain", written, "--out", out) == 0
    assert run("build", "--out", out, "--check") == 0
    assert run("read", out, "--out", tmp_path / "again.jsonl") == 0
    assert (tmp_path / "again.jsonl").read_bytes() == (out / "pretrain.jsonl").read_bytes()
    pairs = pairs_in(tmp_path / "again.jsonl")
    assert len(pairs) == 18
    assert {pair.writer for pair in pairs} == {"template"}
    told = capsys.readouterr()
    assert f"{out}: 2 clips, 18 pairs, 0 clips failed" in told.out
    assert "1 without audio (none.mp3)" in told.err


def test_what_is_left_out_shows_in_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clips = [
        make_clip("a", write_wav(tmp_path / "a.wav")),
        *map(make_clip, map(str, range(12))),
    ]
    written = write_lines(tmp_path / "w.jsonl", clips)
    assert run("build", "--eval", written, "--out", tmp_path / "set") == 1
    told = capsys.readouterr().err
    assert told.count("without audio") == 10
    assert "... 12 in all, see" in told
    (tmp_path / "set" / "audios" / "000000.wav").unlink()
    assert run("build", "--out", tmp_path / "set", "--check") == 1
    assert run("read", tmp_path / "set", "--out", tmp_path / "ours") == 2


def test_a_step_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run()
    assert "STEP" in capsys.readouterr().err
