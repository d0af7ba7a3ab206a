"""Scores: equal to the metrics' own, controls beside them, honest about what is missing."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluation.asking.test_answer import found_in
from evaluation.conftest import QUESTIONS, TRACKS, write_set
from mullama.errors import UsageError
from mullama.evaluation.asking.answer import answer
from mullama.evaluation.asking.tasks import Asking
from mullama.evaluation.folder import EvaluationFolder
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.metrics.metric import evaluate
from mullama.evaluation.metrics.registry import open_metric
from mullama.evaluation.scoring.score import score
from mullama.evaluation.scoring.score_options import ScoreOptions
from mullama.evaluation.systems.registry import SystemSpec

pytest.importorskip("sacrebleu")
OPTIONS = ScoreOptions(resamples=200, permutations=200)
SYSTEMS = (
    SystemSpec("mullama", "small", {"max_new_tokens": 20}),
    SystemSpec("constant", "always the same", {"text": "I hear a sine wave."}),
    SystemSpec("echo"),
)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> EvaluationFolder:
    """A small model and two systems that hear nothing, scored."""
    root = tmp_path_factory.mktemp("scored")
    pairs = write_set(root / "set")
    folder = EvaluationFolder(root / "out")
    for spec in SYSTEMS:
        answer(found_in(pairs), spec, folder, asking=Asking(), progress=False)
    score(folder, OPTIONS, ["mullama"])
    return folder


def read(folder: EvaluationFolder) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(folder.scores.read_text())
    return stored


def system(scores: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in scores["systems"] if s["name"] == name)
    return found


def test_values_are_those_of_the_metric_itself(scored: EvaluationFolder) -> None:
    scores = read(scored)
    references = [item.references for item in scored.read_items()]
    said = ["I hear a sine wave."] * len(references)
    for name in ("bleu", "rouge-l", "character-bleu", "cider-d"):
        told = system(scores, "always the same")["conditions"]["music"][name]
        assert (told["items"], told["tracks"]) == (TRACKS * len(QUESTIONS), TRACKS)
        for value, expected in evaluate(open_metric(name), references, said).items():
            assert told["values"][value]["value"] == pytest.approx(expected, abs=1e-9)
            assert told["values"][value]["low"] <= expected + 1e-9


def test_the_music_stands_beside_every_control(scored: EvaluationFolder) -> None:
    small = system(read(scored), "small")
    assert set(small["conditions"]) == {"music", "wrong-song", "silence", "noise", "no-audio"}
    assert set(system(read(scored), "echo")["conditions"]) == {"music"}
    heights = {c: m["rouge-l"]["values"]["f1"]["value"] for c, m in small["conditions"].items()}
    music = heights.pop("music")
    way = small["way"]["rouge-l"]["f1"]
    best = max(heights.values())
    assert heights[way["control"]] == best
    assert way["value"] == pytest.approx((music - best) / (1 - best))
    assert way["low"] <= way["value"] <= way["high"]
    assert 0 < small["ears"]["rouge-l"]["f1"]["p"] <= small["ears"]["rouge-l"]["f1"]["holm"] <= 1


def test_topics_and_pairs_of_systems(scored: EvaluationFolder) -> None:
    scores = read(scored)
    topics = system(scores, "always the same")["topics"]
    assert set(topics) == {"Describe the audio", "open question"} or len(topics) > 1
    assert sum(about["items"] for about in topics.values()) == TRACKS * len(QUESTIONS)
    pairs = scores["tests"]["pairs"]
    assert scores["tests"]["family"] == len(pairs) > 0
    assert all(pair["p"] <= pair["holm"] <= 1 for pair in pairs)
    constant, echo = (system(scores, name) for name in ("always the same", "echo"))
    told = next(
        p for p in pairs if (p["one"], p["other"]) == ("always the same", "echo")
        and (p["metric"], p["value"]) == ("rouge-l", "f1")
    )  # fmt: skip
    apart = [s["conditions"]["music"]["rouge-l"]["values"]["f1"]["value"] for s in (constant, echo)]
    assert told["difference"] == pytest.approx(apart[0] - apart[1])


def test_the_same_files_give_the_same_scores(scored: EvaluationFolder) -> None:
    before = scored.scores.read_bytes()
    items = {path: path.read_bytes() for path in scored.scores_folder.iterdir()}
    score(scored, OPTIONS, ["mullama"])
    assert scored.scores.read_bytes() == before
    assert {path: path.read_bytes() for path in scored.scores_folder.iterdir()} == items
    row = json.loads(next(iter(items.values())).splitlines()[0])
    assert {"item", "condition", "rouge-l"} <= row.keys()


def test_missing_answers_are_told_and_the_rest_is_scored(
    scored: EvaluationFolder, tmp_path: Path
) -> None:
    folder = EvaluationFolder(Path(shutil.copytree(scored.path, tmp_path / "copy")))
    log = folder.answers("small")
    lines = log.read_text().splitlines(keepends=True)
    failed = json.loads(lines[1])
    failed = {**failed, "answer": "", "failed": "the server is gone"}
    log.write_text(json.dumps(failed) + "\n" + "".join(lines[2:]) + '{"torn')
    scores = score(folder, OPTIONS)
    small = system(scores, "small")
    assert (small["failed"], small["missing"]) == (1, 1)
    assert small["causes"] == {"the server is gone": 1}
    assert small["conditions"]["music"]["rouge-l"]["items"] == TRACKS * len(QUESTIONS) - 2
    assert small["conditions"]["noise"]["rouge-l"]["items"] == TRACKS * len(QUESTIONS) - 2
    told = "\n".join(scores["warnings"])
    assert "small: 1 answers could not be given" in told
    assert "small: 1 questions have not been asked yet" in told


def test_empty_answers_score_nothing_and_are_counted(
    scored: EvaluationFolder, tmp_path: Path
) -> None:
    folder = EvaluationFolder(Path(shutil.copytree(scored.path, tmp_path / "copy")))
    log = folder.answers("echo")
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    log.write_text("".join(json.dumps({**row, "answer": ""}) + "\n" for row in rows))
    scores = score(folder, OPTIONS)
    told = system(scores, "echo")
    assert told["empty"] == len(rows)
    assert told["conditions"]["music"]["rouge-l"]["values"]["f1"]["value"] == 0.0


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"key": 1}', "key"),
        ('{"key": "a", "item": "b", "condition": "", "question": "c", "answer": 3}', "answer"),
        ("[]", "not a record"),
        ('{"surprise": 1}', "not an answer"),
    ],
)
def test_a_line_that_is_no_answer_is_named(
    scored: EvaluationFolder, tmp_path: Path, line: str, why: str
) -> None:
    folder = EvaluationFolder(Path(shutil.copytree(scored.path, tmp_path / "copy")))
    log = folder.answers("echo")
    log.write_text(line + "\n" + log.read_text())
    with pytest.raises(UsageError, match=f"line 1.*{why}"):
        score(folder, OPTIONS)


def test_trained_on_the_set_is_warned_of(scored: EvaluationFolder) -> None:
    scores = score(scored, replace(OPTIONS, hold_out=(scored.items,)))
    assert system(scores, "small")["overlap"]["tracks"] == TRACKS
    assert any("was trained on 6 of 6 tracks" in line for line in scores["warnings"])
    assert system(scores, "echo")["overlap"] is None
    score(scored, OPTIONS, ["mullama"])


def test_choices_are_scored_by_letter_and_by_likelihood(tmp_path: Path) -> None:
    options = ("a flute", "a drum", "a voice", "a piano")
    items = tuple(
        Item(f"i{n}", "What plays?", track=f"t{n}", options=options, right=n % 4) for n in range(8)
    )
    folder = EvaluationFolder(tmp_path / "out")
    for kind in ("mullama", "first-option"):
        spec = SystemSpec(kind, options={"max_new_tokens": 5} if kind == "mullama" else {})
        answer(EvaluationSet("own", items), spec, folder, asking=Asking(), progress=False)
    scores = score(folder, OPTIONS)
    assert scores["scoring"] == ["choices"]
    first = system(scores, "first-option")["conditions"]["music"]
    assert first["choices"]["values"]["accuracy"]["value"] == 0.25
    assert first["choices"]["values"]["unreadable"]["value"] == 0.0
    assert "choice-likelihoods" not in first
    by_likelihood = system(scores, "mullama")["conditions"]["music"]["choice-likelihoods"]
    assert by_likelihood["values"]["accuracy"]["value"] in (0.0, 0.125, 0.25, 0.375)
    assert by_likelihood["values"]["chance"]["value"] == 0.25


def test_one_track_has_no_intervals(tmp_path: Path) -> None:
    items = (Item("i", "What plays?", ("A flute plays.",), track="only"),)
    folder = EvaluationFolder(tmp_path / "out")
    answer(EvaluationSet("own", items), SystemSpec("echo"), folder, asking=Asking(), progress=False)
    scores = score(folder, OPTIONS)
    told = system(read(folder), "echo")["conditions"]["music"]["rouge-l"]["values"]["f1"]
    assert told["low"] is None
    assert not math.isnan(told["value"])
    assert any("one track alone" in line for line in scores["warnings"])


def test_a_folder_without_answers(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        score(EvaluationFolder(tmp_path), OPTIONS)
