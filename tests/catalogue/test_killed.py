"""A catalogue that is killed at any moment ends with the same bytes."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clips import write_wav
from mullama.cli import main

SONGS = 12


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for number in range(SONGS):
        write_wav(folder / f"{number:02d}.wav", hz=110.0 * 1.1**number)
    return folder


def command(music: Path, out: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "mullama",
        "catalogue",
        str(music),
        "--out",
        str(out),
        "--songs",
        "3",
    ]


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_with_the_same_rows(music: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    subprocess.run(command(music, tmp_path / "whole"), check=True, capture_output=True)
    seconds = time.monotonic() - began
    rng = random.Random(7)
    for _ in range(4):
        process = subprocess.Popen(command(music, tmp_path / "killed"), stderr=subprocess.DEVNULL)
        try:
            process.wait(rng.uniform(0.3, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    subprocess.run(command(music, tmp_path / "killed"), check=True, capture_output=True)
    rows = [(tmp_path / name / "captions.jsonl").read_bytes() for name in ("whole", "killed")]
    assert rows[0] == rows[1]
    assert sorted(p.name for p in (tmp_path / "killed").iterdir()) == [
        "captions.jsonl", "catalogue.json", "heard.jsonl", "index.jsonl",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_local_ray_gives_the_rows_of_a_run_without(music: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    for engine in ("here", "ray"):
        out = tmp_path / engine
        flags = ["--engine", engine, "--workers", "2", "--songs", "3"]
        assert main(["catalogue", str(music), "--out", str(out), *flags]) == 0
    rows = [(tmp_path / name / "captions.jsonl").read_bytes() for name in ("here", "ray")]
    assert rows[0] == rows[1]
