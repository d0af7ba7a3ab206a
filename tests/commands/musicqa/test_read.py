"""`mullama musicqa read`: its flags, what it says, and its exit codes."""

from pathlib import Path

import pytest

from clips import make_clip, pairs_in, write_items, write_lines, write_wav
from mullama.cli import main


def run(*words: object) -> int:
    return main(["musicqa", "read", *map(str, words)])


def test_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_wav(tmp_path / "a.wav")
    items = [("a.wav", "Who is the artist?", "A band."), ("a.wav", "Describe it.", "Rock.")]
    file = write_items(tmp_path / "a.json", [*items, ("b.wav", "Describe it.", "Pop.")])
    assert run(file, "--out", tmp_path / "set", "--cleaned") == 1
    told = capsys.readouterr()
    assert told.out == f"{tmp_path / 'set'}: 2 pairs on 1 clips\n"
    assert told.err.splitlines() == [
        f"mullama: 1 without audio (b.wav: {file} names it, but there is no such file beside it)",
        "mullama: 1 pairs cleaned away: asks for the artist",
    ]
    out = tmp_path / "b.jsonl"
    assert run(file, "--out", out, "--cleaned") == 0
    assert len(pairs_in(out)) == 2
    assert run(file, "--out", tmp_path / "none", "--audio", tmp_path, "--audio", "/") == 1


def test_failed_interviews_alone_are_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_lines(tmp_path / "w.jsonl", [make_clip("f", failed="no answer")])
    assert run(file, "--out", tmp_path / "a.json") == 2
    assert "1 with a failed interview (f)" in capsys.readouterr().err


def test_bad_input_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.jsonl"
    for line in ('{"question": "Q", "answer": ' + "7" * 10_000 + "}", "[" * 100_000, '"\ud800"'):
        file.write_text(line, errors="surrogatepass")
        assert run(file, "--out", tmp_path / "b.jsonl") == 2
        told = capsys.readouterr().err
        assert told.startswith(f"mullama: error: {file}, line 1: ")
        assert len(told.splitlines()) == 1
    for words, why in (
        ([file, "--out", tmp_path / "b.jsonl", "--format", "x"], "no format is called 'x'"),
        ([file, "--out", tmp_path / "b", "--audio", tmp_path / "none"], "no such folder"),
        ([tmp_path / "none.json", "--out", tmp_path / "b"], "no such file"),
    ):
        assert run(*words) == 2
        assert why in capsys.readouterr().err
