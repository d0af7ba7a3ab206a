"""Folders and files that versions 0.1.0 and 0.2.0 wrote (`write_files.py`) open, and give what they gave."""

import json
import re
import shutil
from pathlib import Path

import pytest

from mullama.cli import main
from mullama.data.files import read_pairs
from paths import GOLDEN, TESTS

VERSIONS = ("0.1.0", "0.2.0")
HERE = TESTS / "upgrading"
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
TRAINED = ["--store", "store", "--set", "start=model", "--set", "phases.own.steps=4"]
TRAINED += ["--set", "phases.own.batch=2", "--set", "validation=0", "--device", "cpu"]
"""As `write_files.py` trained."""


@pytest.fixture
def old(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that one version wrote, and the clip that it was written of."""
    version = getattr(request, "param", "0.2.0")
    shutil.copytree(HERE / version, tmp_path / "old")
    clip = GOLDEN / "audio" / "clip_3s.flac"
    (tmp_path / "old" / "music").mkdir()
    for folder in ("", "music"):
        shutil.copy(clip, tmp_path / "old" / folder / "clip.flac")
    monkeypatch.chdir(tmp_path / "old")
    return tmp_path / "old"


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("old", VERSIONS, indirect=True)
def test_a_models_folder_answers_as_it_did(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = rows((old / "answers.jsonl").read_text())
    words = [word for row in before for word in ("--question", str(row["question"]))]
    assert main(["ask", "clip.flac", "--model", "model", "--json", *words]) == 0
    now = rows(capsys.readouterr().out)
    assert len(now) == len(before) == 2
    for was, row in zip(before, now, strict=True):
        assert row.keys() >= was.keys(), "a key of --json is gone"
        logprobs = row.pop("token_logprobs")
        assert logprobs == pytest.approx(was.pop("token_logprobs"), abs=1e-4)
        assert {key: row[key] for key in was} == was


@pytest.mark.parametrize("old", VERSIONS, indirect=True)
def test_pairs_are_read(old: Path) -> None:
    pairs = read_pairs(old / "pairs.jsonl")
    assert [(pair.question, pair.answer) for pair in pairs] == [
        ("Give it a title.", "Last Train Uptown"),
        ("Who would dance to it?", "Nobody."),
    ]


def test_a_finished_run_answers_and_can_be_started_from(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", "run"]) == 0
    assert "trained pairs 2" in capsys.readouterr().out
    edit(old / "own.yaml")
    words = [*TRAINED, "--set", "start=run", "--max-steps", "1"]
    assert main(["train", "own.yaml", "--data", "set/pretrain.jsonl", "--out", "new", *words]) == 0
    assert main(["ask", "clip.flac", "--model", "new", "--question", "Who?"]) == 0


def test_listenings_need_not_be_heard_again(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listen", "pairs.jsonl", "--model", "model", "--store", "store"]) == 0
    assert capsys.readouterr().out.startswith("0 encoded, 1 cached before, 0 failed: ")
    edit(old / "own.yaml")
    words = ["--data", "pairs.jsonl", "--out", "new", *TRAINED, "--max-steps", "1"]
    assert main(["train", "own.yaml", *words]) == 0
    assert "encoded 0 clips, 1 were cached, 0 failed" in capsys.readouterr().err


def test_a_musicqa_set_is_whole_and_is_built_to_the_byte(old: Path) -> None:
    """Whole by its own check; complete for the command that built it; the same when it is built anew."""
    before = contents(old / "set")
    assert main(["musicqa", "build", "--check", "--out", "set"]) == 0
    build = ["musicqa", "build", "--pretrain", "written.jsonl", "--audio", "music", "--out"]
    assert main([*build, "set"]) == 0
    assert contents(old / "set") == before
    assert main([*build, "anew"]) == 0
    for name in ("pretrain.jsonl", "PretrainMusicQA.json", "audios/000000.wav"):
        assert contents(old / "anew")[name] == before[name]


def test_writing_goes_on_where_it_stopped(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (old / "written.jsonl").read_bytes()
    (old / "music" / "metadata.jsonl").write_text(
        '{"file_name": "clip.flac", "caption": "A slow piece for piano and drums in A minor."}\n'
    )
    write = ["musicqa", "write", "folder", "music", "--writer", "template"]
    assert main([*write, "--out", "written.jsonl"]) == 0
    assert "0 written, 0 failed, 1 there before" in capsys.readouterr().err
    assert (old / "written.jsonl").read_bytes() == before


def test_a_recipe_of_then_says_what_its_option_is_called(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "own.yaml", "--data", "pairs.jsonl", "--out", "new"]) == 2
    said = capsys.readouterr().err
    assert said == "mullama: error: own.yaml: phases[0]: longest is called max_length now\n"


def test_a_run_of_then_is_not_gone_on_with_and_nothing_of_it_is_lost(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(old / "run")
    edit(old / "own.yaml")
    assert main(["train", "own.yaml", "--data", "pairs.jsonl", "--out", "run", *TRAINED]) == 2
    (said,) = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert "run/checkpoints was written by another version of mullama" in said
    assert "finish the run with that version, or choose another --out" in said
    after = contents(old / "run")
    assert {name: after.get(name) for name in before} == before


@pytest.mark.parametrize("old", VERSIONS, indirect=True)
def test_every_option_of_then_has_its_name_today(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = json.loads((old / "options.json").read_text())
    assert len(before) >= 5
    for verb, flags in before.items():
        with pytest.raises(SystemExit) as ended:
            main([*verb.split(), "--help"])
        assert ended.value.code == 0
        now = set(FLAG.findall(capsys.readouterr().out))
        assert set(flags) <= now, f"{verb} has lost {sorted(set(flags) - now)}"


def edit(recipe: Path) -> None:
    """What the line above asks for."""
    recipe.write_text(recipe.read_text().replace("longest:", "max_length:"))


def contents(folder: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
