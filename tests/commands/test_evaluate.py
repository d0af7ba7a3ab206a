"""`mullama evaluate` as it is typed: steps, recipes, exit codes, one line for what is wrong."""

import json
import re
from pathlib import Path

import pytest
import yaml

from evaluation.conftest import QUESTIONS, TRACKS, write_set
from mullama.cli import main
from paths import RECIPES

SMALL = "mullama:name=small,max_new_tokens=8"
RECIPE = {
    "score": {"table": ["attributes"], "resamples": 100, "permutations": 100},
    "asking": {"control": ["silence"], "tracks": 3},
    "systems": [
        {"name": "small", "kind": "mullama", "max_new_tokens": 8},
        {"name": "echoed", "kind": "echo"},
    ],
}


@pytest.fixture
def pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_set(Path("set"))


def run(*words: str | Path) -> int:
    return main(["evaluate", *map(str, words)])


def test_step_by_step(pairs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mir_eval")
    for system in (SMALL, "echo:name=the question echoed"):
        asked = ("answer", pairs, "--system", system, "--out", "out", "--control", "noise")
        assert run(*asked) == 0
        assert "0 failed" in capsys.readouterr().err
    assert run("score", "out", "--table", "attributes") == 0
    assert capsys.readouterr().out.strip() == str(Path("out") / "scores.json")
    assert run("report", "out") == 0
    written = capsys.readouterr().out.split()
    assert [Path(name).suffix for name in written] == [".html", ".md", ".json", ".tex"]
    assert "the question echoed" in Path(written[0]).read_text()
    rows = Path("out/answers/the-question-echoed.jsonl").read_text().splitlines()
    assert len(rows) == TRACKS * len(QUESTIONS)


def test_audio_that_is_not_here_is_told_before_anybody_is_asked(
    pairs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pairs.parent / "1.wav").unlink()
    asked = ("answer", pairs, "--out", "out", "--control", "no-audio", "--system")
    assert run(*asked, SMALL) == 1
    told = capsys.readouterr().err
    assert f"small: {len(QUESTIONS)} of {TRACKS * len(QUESTIONS)} items cannot be asked" in told
    assert "1.wav" in told
    assert run(*asked, "echo") == 0
    assert "warning" not in capsys.readouterr().err


def test_a_recipe_does_all(pairs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mir_eval")
    Path("recipe.yaml").write_text(yaml.safe_dump({"set": f"pairs:{pairs}", **RECIPE}))
    assert run("run", "recipe.yaml", "--out", "out") == 0
    assert Path("out/report.html").is_file()
    scores = json.loads(Path("out/scores.json").read_text())
    assert [system["name"] for system in scores["systems"]] == ["echoed", "small"]
    assert scores["command"][:3] == ["mullama", *scores["command"][1:3]]
    capsys.readouterr()
    assert run("run", "recipe.yaml", "--out", "out") == 0
    assert "0 written, 0 failed" in capsys.readouterr().err


def test_what_stops_one_system_does_not_stop_the_next(
    pairs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mir_eval")
    gone = {"name": "gone", "kind": "mullama", "model": "nowhere/at-all"}
    stored = {"set": f"pairs:{pairs}", **RECIPE, "systems": [gone, RECIPE["systems"][1]]}
    Path("recipe.yaml").write_text(yaml.safe_dump(stored))
    assert run("run", "recipe.yaml", "--out", "out") == 1
    assert "mullama: error: gone: nowhere/at-all" in capsys.readouterr().err
    assert Path("out/report.html").is_file()
    assert run("run", "recipe.yaml", "--out", "dry", "--dry-run") == 1
    told = capsys.readouterr().out
    assert "system gone: nowhere/at-all" in told
    assert not Path("dry").exists()


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("evaluate-*.yaml")), ids=lambda p: p.stem)
def test_our_recipes_say_what_is_missing(
    recipe: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("run", recipe, "--out", "out", "--dry-run") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("set: ")
    assert all(line.startswith(("set", "audio", "system", "score", "metric")) for line in lines)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["answer", "nothing.json", "--system", "echo", "--out", "o"], "nothing.json: no such file"),
        (["answer", "musicap:x", "--system", "echo", "--out", "o"], "did you mean 'musicaps'|musiccaps"),
        (["answer", "SET", "--system", "ecko", "--out", "o"], "no system is called 'ecko'.*echo"),
        (["answer", "SET", "--system", "echo:loud=1", "--out", "o"], "unknown key 'loud'"),
        (["answer", "SET", "--system", "mullama:top_p=2", "--out", "o"], "top_p"),
        (["answer", "SET", "--system", "mullama:top_p", "--out", "o"], "KIND:key=value"),
        (["answer", "SET", "--system", "echo", "--out", "o", "--control", "whales"], "wrong-song"),
        (["answer", "SET", "--system", "echo", "--out", "o", "--shard", "3/2"], "--shard"),
        (["answer", "SET", "--system", "echo", "--out", "SET"], "."),
        (["score", "nowhere"], "nowhere.*an evaluation's folder"),
        (["report", "nowhere"], "nowhere"),
        (["run", "nowhere.yaml", "--out", "o"], "cannot read recipe nowhere.yaml"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(
    pairs: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*(str(pairs) if word == "SET" else word for word in words)) == 2
    told = capsys.readouterr().err.strip()
    assert "\n" not in told
    assert told.startswith("mullama: error: ")
    assert re.search(why, told), told


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sistems": []}, "unknown key 'sistems'.*systems"),
        ({"systems": [{"name": "a"}]}, "expected a system's kind"),
        ({"systems": [{"kind": "echo"}, {"kind": "echo"}]}, "two systems are called 'echo'"),
        ({"asking": {"protocol": "half"}}, "protocol"),
        ({"score": {"table": "attributes"}}, "table"),
        ({"score": {"hold_out": ["nowhere.jsonl"]}}, "hold_out: nowhere.jsonl: no such file"),
        ({"systems": []}, "systems: name who is asked"),
        ({"systems": ["ecko"]}, "error: ecko: no system is called 'ecko'"),
        ({"systems": ["echo:loud=1"]}, "echo: .*unknown key 'loud'"),
        ({"systems": [{"kind": "echo", "trained_on": ["nowhere.jsonl"]}]},
         "error: echo: trained_on: nowhere.jsonl: no such file"),
    ],
)  # fmt: skip
def test_a_recipe_that_is_wrong(
    pairs: Path, change: dict[str, object], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("recipe.yaml").write_text(yaml.safe_dump({"set": str(pairs), **RECIPE, **change}))
    assert run("run", "recipe.yaml", "--out", "out") == 2
    told = capsys.readouterr().err.strip()
    assert re.search(why, told), told
    assert "\n" not in told
    assert not Path("out/answers").exists()


def test_a_recipe_names_systems_as_the_command_line_does(pairs: Path) -> None:
    pytest.importorskip("mir_eval")
    named = {"systems": ["echo", "constant:name=same,text=A sine."]}
    Path("recipe.yaml").write_text(yaml.safe_dump({"set": str(pairs), **RECIPE, **named}))
    assert run("run", "recipe.yaml", "--out", "out") == 0
    stored = json.loads(Path("out/answers/same.json").read_text())
    assert stored["description"]["text"] == "A sine."
    assert stored["command"][0] == "mullama"


def test_a_dry_run_tells_of_files_of_training_data(
    pairs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    systems = [{"kind": "echo", "trained_on": ["gone.jsonl"]}, "ecko"]
    score = {**RECIPE["score"], "hold_out": ["away.csv"]}  # type: ignore[dict-item]
    stored = {"set": str(pairs), **RECIPE, "systems": systems, "score": score}
    Path("recipe.yaml").write_text(yaml.safe_dump(stored))
    assert run("run", "recipe.yaml", "--out", "out", "--dry-run") == 1
    lines = capsys.readouterr().out.splitlines()
    assert "system echo: trained_on: gone.jsonl: no such file" in lines
    assert "score: hold_out: away.csv: no such file" in lines
    assert any(line.startswith("system ecko: no system is called") for line in lines)
