"""What the documents say is run: every snippet of the README, with the model that ships and real files."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

import mullama
from goldens import LLAMA, MERT, write_released
from installed import skip_without_fluidsynth
from mullama.cli import SUMMARIES, main
from mullama.studio.sound.banks import TRAINING_BANKS
from paths import ROOT
from tiny import RATE, clip

README = (ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
BLOCKS = [
    [line for line in block.splitlines() if line.startswith("mullama ")]
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
]
SHELL = [line for block in BLOCKS for line in block]
RENDERED = [line for block in BLOCKS if "musicqa write studio" in "".join(block) for line in block]
"""Lines that need music to be rendered first."""
TRAINING = [line for line in SHELL if line.startswith("mullama train")]
HOURS = [line for line in TRAINING if "recipes/small.yaml" in line]
"""Run by nobody but those who want another small model; its parts are tested in tests/training."""
SHORTLY = ["--max-steps", "2", "--store", "store", "--set", "validation=0", "--device", "cpu"]


@pytest.fixture
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder as the README imagines it: two songs, and checkpoints (tiny ones) in their places."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "examples" / "rock.mp3", "song.mp3")
    shutil.copy(ROOT / "examples" / "waltz.flac", "other.flac")
    shutil.copytree(LLAMA, "ckpts/LLaMA/7B")
    shutil.copytree(MERT, "ckpts/MERT-v1-330M")
    write_released(Path("ckpts/checkpoint.pth"))
    for name in ("examples", "recipes"):
        shutil.copytree(ROOT / name, name)
    write_musicqa(Path("MusicQA"))


def write_musicqa(folder: Path) -> None:
    """Two parts of a data set as published, a clip each."""
    (folder / "audios").mkdir(parents=True)
    for number, part in enumerate(("Pretrain", "Finetune")):
        name = f"{number:06d}.wav"
        soundfile.write(folder / "audios" / name, clip(number), RATE)
        turns = [{"from": "human", "value": "Describe"}, {"from": "gpt", "value": "A tune."}]
        item = {"audio_name": name, "conversation": turns}
        (folder / f"{part}MusicQA.json").write_text(json.dumps([item] * 9))


def test_there_is_something_to_run() -> None:
    assert len(PYTHON) >= 2
    assert {line.split()[1] for line in SHELL} >= {"ask", "caption", "info", "convert", "train"}


@pytest.mark.usefixtures("_desk")
def test_python_snippets_run() -> None:
    """In one process each, with warnings as errors of their own."""
    for snippet in PYTHON:
        done = subprocess.run(
            [sys.executable, "-c", snippet],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


@pytest.mark.usefixtures("_desk")
def test_shell_snippets_run(capsys: pytest.CaptureFixture[str]) -> None:
    run_lines([line for line in SHELL if line not in HOURS + RENDERED], capsys)


@pytest.mark.usefixtures("_desk")
def test_shell_snippets_that_render_music_run(capsys: pytest.CaptureFixture[str]) -> None:
    skip_without_fluidsynth(*TRAINING_BANKS)
    assert RENDERED
    run_lines(RENDERED, capsys)


def run_lines(lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        if words[0] == "ask" and "--choices" not in words:
            words += ["--max-new-tokens", "24"]
        if words[0] == "train":
            words += SHORTLY
        if words[0] == "listen":
            words = [*words[: words.index("--workers")], "--store", "store"]
        assert main(words) == 0, (line, capsys.readouterr().err)
        assert capsys.readouterr().out.strip(), line


def test_training_snippets_name_files_that_are_there() -> None:
    for line in TRAINING:
        assert (ROOT / shlex.split(line)[2]).is_file()


def test_links_lead_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_files_that_are_named_are_there() -> None:
    named = re.findall(
        r"`((?:src|tests|recipes|docs)/[\w./-]+\.\w+)", (ROOT / "CONTRIBUTING.md").read_text()
    )
    named += re.findall(r"`(tests/[\w./-]+\.py)", (ROOT / "docs" / "quirks.md").read_text())
    assert len(named) > 15
    for path in named:
        assert (ROOT / path).exists(), path


def test_the_version_is_the_changelogs_head() -> None:
    """The newest release; what is not released yet stands above it, under a heading with lines."""
    text = (ROOT / "CHANGELOG.md").read_text()
    heads = re.findall(r"^## (\S+)", text, re.MULTILINE)
    if heads[0] == "[Unreleased]":
        heads.pop(0)
        assert "\n- " in text.partition("## [Unreleased]")[2].partition("\n## ")[0]
    assert heads[0] == mullama.__version__
    assert "[Unreleased]" not in heads


def test_every_verb_is_in_the_readme() -> None:
    assert all(f"mullama {verb}" in README for verb in SUMMARIES)


def test_no_figure_without_its_command() -> None:
    """Every measured table says what made it."""
    for name in (
        "small-model",
        "equality",
        "benchmarks",
        "checkpoints",
        "training",
        "musicqa",
        "probe",
    ):
        text = (ROOT / "docs" / f"{name}.md").read_text()
        assert re.search(r"(?:^|`)(?:make|mullama|python) \w", text, re.MULTILINE), name
