"""The tables of both protocols; equality with the published evaluation on its own references."""

import json
import resource
from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import evaluate
from mullama.evaluation.metrics.metric_options import MetricOptions
from mullama.evaluation.metrics.protocols import (
    AS_PUBLISHED,
    PROTOCOLS,
    STANDARD,
    evaluate_all,
    metrics_of,
    protocol,
)
from mullama.evaluation.metrics.registry import open_metric
from mullama.evaluation.metrics.wordnet import find_wordnet
from paths import GOLDEN

for library in ("nltk", "sacrebleu", "rouge_score", "bert_score", "mir_eval"):
    pytest.importorskip(library, reason="needs the evaluate extra")

RECIPES = json.loads((GOLDEN / "metrics.json").read_text(encoding="utf-8"))["recipes"]
PUBLISHED = {  # the published script's name -> metric and value
    "BLEU Score": ("character-bleu", "bleu"),
    "BLEU-4 Score": ("character-bleu", "bleu_4"),
    "METEOR Score": ("meteor", "meteor"),
    "ROUGE Score": ("rouge-l", "recall"),
}
ITEMS = {"bleu": "character-bleu", "rougeL_recall": "rouge-l", "meteor": "meteor"}


def candidates_of(recipe: str, references: list[str]) -> list[str]:
    if recipe == "prev":
        return [references[-1], *references[:-1]]
    if recipe == "next_clip":
        return [*references[9:], *references[:9]]
    return [" ".join(reference.split()[:12]) for reference in references]


def needs_its_wordnet(metric: str) -> None:
    """The published figures of METEOR are by WordNet 3.0."""
    if metric == "meteor":
        found = find_wordnet()
        if found is None or found.version != "3.0":
            pytest.skip("no WordNet 3.0, such as Debian's wordnet-base, is installed")


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("metric", ["character-bleu", "meteor", "rouge-l"])
def test_equals_the_published_evaluation(
    recipe: str, metric: str, real_references: list[str]
) -> None:
    needs_its_wordnet(metric)
    candidates = candidates_of(recipe, real_references)
    found = evaluate(open_metric(metric), real_references, candidates)
    for name, (owner, value) in PUBLISHED.items():
        if owner == metric:
            assert found[value] == pytest.approx(RECIPES[recipe][name], abs=1e-6)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", ITEMS)
def test_equals_the_published_scores_of_items(
    recipe: str, name: str, real_references: list[str]
) -> None:
    needs_its_wordnet(ITEMS[name])
    metric = open_metric(ITEMS[name])
    candidates = candidates_of(recipe, real_references)
    values = metric.reduce(metric.items(real_references[:10], candidates[:10]))
    found = values["recall" if ITEMS[name] == "rouge-l" else name].tolist()
    expected = [item[name] for item in RECIPES[recipe]["first_10_items"]]
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
def test_the_whole_set_is_scored_within_a_minute(real_references: list[str]) -> None:
    """Of processor time, since the machine may be shared; without BERTScore."""
    candidates = candidates_of("prev", real_references)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for name in {*metrics_of(AS_PUBLISHED), *metrics_of(STANDARD), "attributes"} - {"bertscore"}:
        evaluate(open_metric(name), real_references, candidates)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 60


def test_columns_name_values_that_there_are(
    bert: Path, dictionary: Path, texts: tuple[list[str], list[str]]
) -> None:
    options = MetricOptions(wordnet=dictionary, bertscore_model=str(bert), bertscore_layers=3)
    for name in PROTOCOLS:
        scores = evaluate_all(*texts, scoring=name, options=options)
        assert list(scores) == metrics_of(name)
        for column in protocol(name):
            assert 0 <= scores[column.metric].values[column.value] <= 10, column
            assert scores[column.metric].signature


def test_a_metric_without_its_model_says_so_and_the_others_are_computed(
    dictionary: Path, texts: tuple[list[str], list[str]]
) -> None:
    options = MetricOptions(wordnet=dictionary, bertscore_model="nobody/none", bertscore_layers=3)
    scores = evaluate_all(*texts, scoring=AS_PUBLISHED, options=options)
    assert scores["bertscore"].values == {}
    assert "hf download nobody/none" in scores["bertscore"].needs[0].how
    assert all(found.values for name, found in scores.items() if name != "bertscore")


def test_an_unknown_protocol() -> None:
    with pytest.raises(UsageError, match=r"no scoring protocol is called 'standart'; .*'standard'"):
        protocol("standart")
