"""Files appear whole or not at all, and a folder that is no scored evaluation is told in one line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mullama.errors import UsageError
from mullama.evaluation.asking.answer import answer
from mullama.evaluation.asking.tasks import Asking
from mullama.evaluation.folder import EvaluationFolder
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.report.report import report
from mullama.evaluation.scoring.score import score
from mullama.evaluation.scoring.score_options import ScoreOptions
from mullama.evaluation.systems.registry import SystemSpec

Changed = Callable[[Callable[[dict[str, Any]], Any]], Path]


def test_every_format_is_written_and_the_same_again(folder: Path) -> None:
    paths = report(folder)
    assert [path.name for path in paths] == [
        "report.html",
        "report.md",
        "report.json",
        "report.tex",
    ]
    before = [path.read_bytes() for path in paths]
    assert report(folder) == paths
    assert [path.read_bytes() for path in paths] == before
    assert not list(folder.glob("*.part"))


def test_only_what_is_asked_for_is_written(folder: Path) -> None:
    assert report(folder, ["tex"]) == [folder / "report.tex"]
    assert not (folder / "report.html").exists()


def test_the_json_file_holds_scores_and_examples(folder: Path) -> None:
    path = report(folder, ["json"])[0]
    found = json.loads(path.read_text())
    assert found["scores"] == json.loads((folder / "scores.json").read_text())
    example = found["examples"]["topics"]["caption"][0]
    assert example["rank"] == "best"
    assert example["answers"][0]["system"] == found["scores"]["systems"][0]["name"]


def test_small_audio_becomes_part_of_the_page_where_asked(folder: Path) -> None:
    linked = report(folder, ["html"])[0].read_text()
    assert "data:audio" not in linked
    embedded = report(folder, ["html"], embed_bytes=10_000)[0].read_text()
    assert 'src="data:audio/' in embedded


def test_an_unknown_format_is_refused_before_anything_is_written(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"no report has the format 'htm'.*did you mean 'html'"):
        report(folder, ["md", "htm"])
    assert not list(folder.glob("report.*"))


def test_without_scores_the_step_before_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"scores.json does not exist: run `mullama evaluate score"
    ):
        report(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '"\\ud800', "\xff"])
def test_scores_that_are_no_json_are_told(folder: Path, text: str) -> None:
    (folder / "scores.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=r"scores\.json cannot be read as JSON"):
        report(folder)


def test_scores_of_another_format_are_told(changed: Changed) -> None:
    folder = changed(lambda scores: scores.update(format=2))
    with pytest.raises(UsageError, match=r"scores.json is not of format 1"):
        report(folder)


def _drop(scores: dict[str, Any], *path: Any) -> None:
    for key in path[:-1]:
        scores = scores[key]
    del scores[path[-1]]


@pytest.mark.parametrize(
    "change",
    [
        lambda scores: _drop(scores, "set"),
        lambda scores: _drop(scores, "systems", 0, "name"),
        lambda scores: _drop(scores, "systems", 0, "empty"),
        lambda scores: _drop(scores, "metrics", "rouge-l"),
        lambda scores: scores.update(systems=7),
        lambda scores: scores.update(level="high"),
        lambda scores: scores["systems"][0].update(conditions=["music"]),
        lambda scores: scores["systems"][0].update(causes=None),
        lambda scores: scores["tests"].update(pairs=[1]),
        lambda scores: scores["systems"][0]["way"]["rouge-l"]["f1"].update(value="much"),
    ],
)
def test_scores_of_another_form_are_told_and_an_old_report_stays(
    changed: Changed, change: Callable[[dict[str, Any]], Any]
) -> None:
    folder = changed(change)
    (folder / "report.html").write_text("old")
    with pytest.raises(UsageError, match=r"is not what `mullama evaluate score` writes"):
        report(folder)
    assert (folder / "report.html").read_text() == "old"
    assert not (folder / "report.md").exists()


def test_a_system_cannot_lead_out_of_the_folder(changed: Changed) -> None:
    folder = changed(lambda scores: scores["systems"][0].update(file_name="../../secret"))
    with pytest.raises(UsageError, match="is no file's name"):
        report(folder)


def test_an_evaluation_without_controls_or_values_is_still_reported(changed: Changed) -> None:
    def bare(scores: dict[str, Any]) -> None:
        scores["asking"]["controls"] = []
        scores["tests"].update(pairs=[], family=0)
        for system in scores["systems"]:
            system.update(conditions={}, way={}, ears={}, topics={})

    text = report(changed(bare))[0].read_text()
    assert "No system was asked under controls" in text


def test_choices_of_systems_that_hear_nothing(tmp_path: Path) -> None:
    """No reference in words, no control, no headline table; options are shown with the right one."""
    items = tuple(
        Item(f"i{n}", "Which plays?", track=f"t{n}", options=("oud", "<b>koto</b>"), right=n % 2)
        for n in range(4)
    )
    folder = EvaluationFolder(tmp_path / "choices")
    found = EvaluationSet("hummusqa", items)
    for kind in ("first-option", "random-option"):
        answer(found, SystemSpec(kind), folder, asking=Asking(), progress=False)
    score(folder, ScoreOptions(resamples=100, permutations=100))
    html, markdown, _, _ = (path.read_text() for path in report(folder.path))
    assert 'class="right"><bdi dir="auto">&lt;b&gt;koto&lt;/b&gt;</bdi>' in html
    assert "No system was asked under controls" in html
    assert "| **first-option** | **0.500**" in markdown
