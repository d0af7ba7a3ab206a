"""`musicqa build` on the command line: its flags, and what it prints and returns."""

import argparse
from pathlib import Path

import pytest

from clips import make_clip, write_lines, write_wav
from mullama.commands.musicqa.build import add_arguments, run
from mullama.errors import UsageError


def build(*words: object) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(list(map(str, words))))


def test_several_files_follow_one_flag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        write_lines(
            tmp_path / f"{n}.jsonl", [make_clip(n, write_wav(tmp_path / f"{n}.wav", hz=hz))]
        )
        for n, hz in (("a", 300), ("b", 400), ("c", 500))
    ]
    out = tmp_path / "set"
    words = ("--pretrain", *files[:2], "--pretrain", files[2], "--workers", "2", "--out", out)
    assert build(*words) == 0
    assert capsys.readouterr().out == f"{out}: 3 clips, 27 pairs, 0 clips failed\n"
    assert build("--check", "--out", out) == 0
    assert capsys.readouterr().out == f"{out}: 3 clips, 0.00 hours, 27 pairs\n"
    (out / "audios" / "000001.wav").unlink()
    assert build("--check", "--out", out) == 1
    assert "1 x file missing: 000001.wav" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "nothing to build"),
        (("--pretrain", "none.jsonl"), "no such file"),
        (("--check", "--eval", "a.jsonl"), "--out alone"),
        (("--workers", "0", "--eval", "a.jsonl"), "--workers: expected int from 1 to 256, got 0"),
    ],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], why: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=why):
        build("--out", tmp_path / "set", *words)
    assert not (tmp_path / "set").exists()
