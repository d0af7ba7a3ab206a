"""`examples/plugin`, installed by pip as anybody would, and used by our own command line."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.conftest import QUESTIONS, TRACKS, write_set
from paths import EXAMPLES, ROOT

pytest.importorskip("setuptools", "77")
pytestmark = pytest.mark.slow
PIP = ["pip", "install", "-qq", "--no-deps", "--no-build-isolation", "--no-index", "--target"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages that holds the example alone."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(EXAMPLES / "plugin", folder / "source")  # pip builds beside what it is given
    target = str(folder / "packages")
    subprocess.run(
        [sys.executable, "-m", *PIP, target, str(folder / "source")], check=True, timeout=200
    )
    return folder / "packages"


def mullama(installed: Path, *words: str | Path, code: int = 0) -> str:
    """What the command says on standard output, where it ends with `code`."""
    paths = os.pathsep.join([str(installed), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, "-m", "mullama", *map(str, words)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def test_what_is_installed_is_what_pyproject_names(installed: Path) -> None:
    assert (installed / "mullama_example" / "py.typed").exists()
    (metadata,) = installed.glob("mullama_example-*.dist-info")
    told = (metadata / "entry_points.txt").read_text()
    assert re.findall(r"^\[(.*)\]$", told, re.M) == ["mullama.caption_formats", "mullama.metrics"]


def test_captions_become_a_playlist(installed: Path, tmp_path: Path) -> None:
    out, formats = tmp_path / "captions", ("--format", "m3u8", "--format", "jsonl")
    mullama(installed, "catalogue", EXAMPLES / "waltz.flac", "--out", out, *formats)
    record = json.loads((out / "captions.jsonl").read_text())
    assert (out / "captions.m3u8").read_text().splitlines() == [
        "#EXTM3U",
        f"#EXTINF:{round(record['seconds'])},{record['text']}",
        str(EXAMPLES / "waltz.flac"),
    ]


def test_answers_are_scored_by_the_metric(installed: Path, tmp_path: Path) -> None:
    pairs = write_set(tmp_path / "set")
    out = tmp_path / "out"
    asked = ("evaluate", "answer", pairs, "--out", out, "--control", "no-audio", "--system", "echo")
    mullama(installed, *asked)
    few = ("--table", "attributes", "--resamples", "100", "--permutations", "100")
    mullama(installed, "evaluate", "score", out, *few, "--metric", "shared-words")
    scores = json.loads((out / "scores.json").read_text())
    (column,) = scores["tables"]["shared-words"]
    assert column == {"title": "jaccard", "metric": "shared-words", "value": "jaccard"}
    (system,) = scores["systems"]
    found = system["conditions"]["music"]["shared-words"]["values"]["jaccard"]["value"]
    # "Describe the audio" and "A tone of {hz} hertz.": nothing; "Which instruments play?" and "I hear a
    # sine wave.": nothing; "What is the tempo?" and "The tempo is about {hz} BPM.": 3 of 7 words.
    assert found == pytest.approx(3 / 7 / len(QUESTIONS))
    rows = (out / "scores" / "echo.jsonl").read_text().splitlines()
    assert len(rows) == TRACKS * len(QUESTIONS)
    mullama(installed, "evaluate", "report", out)
    assert "shared-words" in (out / "report.md").read_text()


def test_without_it_its_names_are_unknown(tmp_path: Path) -> None:
    words = ("catalogue", EXAMPLES / "waltz.flac", "--out", tmp_path, "--format", "m3u8")
    assert "no caption format is called 'm3u8'; there are: jsonl" in mullama(
        tmp_path, *words, code=2
    )
