"""`musicqa write` on the command line: what it writes, prints and returns."""

import argparse
import json
from pathlib import Path

import pytest

from canned_server import CannedServer
from mullama.commands.musicqa.write import add_arguments, run
from mullama.data.formats.jsonl import read_clip_lines
from mullama.errors import UsageError


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Three clips, one of them without its audio."""
    folder = tmp_path / "music"
    folder.mkdir()
    rows = [{"file_name": f"{n}.wav", "caption": f"A slow song number {n}."} for n in range(3)]
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for name in ("0.wav", "1.wav"):
        (folder / name).write_bytes(b"")
    return folder


def write(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(list(map(str, words))))


def test_a_folder_is_written(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = music / "out.jsonl"
    assert write("folder", music, "--writer", "template", "--out", out) == 0
    clips = list(read_clip_lines(out))
    assert [clip.id for clip in clips] == ["0.wav", "1.wav"]
    assert clips[0].audio == str(music / "0.wav")
    told = capsys.readouterr()
    assert told.out == f"{out}\n"
    assert "1 without audio (2.wav)" in told.err
    assert "template: 2 written, 0 failed, 0 there before" in told.err


def test_clips_without_audio_are_written_when_asked_for(music: Path) -> None:
    out = music / "out.jsonl"
    words = ("folder", music, "--writer", "template", "--out", out, "--include-missing-audio")
    assert write(*words, "--limit", "1") == 0
    assert write(*words, "--shard", "1/2") == 0
    assert write(*words) == 0
    assert [clip.audio is None for clip in read_clip_lines(out)] == [False, False, True]


def test_tokens_are_told_and_some_failures_are_the_exit_code(
    music: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("openai", reason="needs the musicqa extra")
    rows = [{"file_name": "0.wav", "caption": "[refuse]"}, {"file_name": "1.wav", "caption": "ok"}]
    (music / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with CannedServer() as server:
        writer = f"openai:{server.url}#canned"
        code = write("folder", music, "--writer", writer, "--out", music / "o.jsonl",
                     "--attempts", "1", "--price-in", "1")  # fmt: skip
    assert code == 1
    told = capsys.readouterr().err
    assert "1 written, 1 failed" in told
    assert "1 failed: " in told
    assert "3 requests, 300 + 60 tokens, cost 0.00" in told


@pytest.mark.parametrize(
    "words",
    [("--limit", "0"), ("--shard", "3/2"), ("--out", "clips.json"), ("--writer", "nobody")],
)
def test_what_makes_no_sense_is_refused(music: Path, words: tuple[str, str]) -> None:
    with pytest.raises(UsageError):
        write("folder", music, "--writer", "template", "--out", music / "o.jsonl", *words)
    assert not (music / "o.jsonl").exists()
