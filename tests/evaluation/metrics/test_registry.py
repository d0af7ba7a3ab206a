"""Every registered metric on empty, malformed and perfect sets, and on sums of any shape."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.choices import Choice
from mullama.evaluation.metrics.metric import AnyMetric, evaluate
from mullama.evaluation.metrics.metric_options import MetricOptions
from mullama.evaluation.metrics.registry import METRICS, open_metric

for library in ("nltk", "sacrebleu", "rouge_score", "bert_score", "mir_eval"):
    pytest.importorskip(library, reason="needs the evaluate extra")

TEXT_METRICS = ("character-bleu", "bleu", "meteor", "rouge-l", "bertscore", "cider-d")
CHOICE = Choice(("piano", "flute", "harp"), 1)


@pytest.fixture
def metric(request: pytest.FixtureRequest, bert: Path, dictionary: Path) -> AnyMetric:
    options = MetricOptions(wordnet=dictionary, bertscore_model=str(bert), bertscore_layers=3)
    return open_metric(request.param, options)


def sets_of(metric: AnyMetric, texts: tuple[list[str], list[str]]) -> tuple[list[Any], list[Any]]:
    """References and candidates that are right in part."""
    if metric.name == "choices":
        return [CHOICE] * 4, ["A", "B", "flute", ""]
    if metric.name == "choice-likelihoods":
        return [CHOICE] * 4, [[-1, -2, -3], [-2, -1, -3], [-1, -1, -3], [-4, -3, -9]]
    return texts


def perfect_of(metric: AnyMetric, references: list[Any]) -> list[Any]:
    if metric.name == "choices":
        return ["B"] * len(references)
    return [[-2, -1, -2]] * 4 if metric.name == "choice-likelihoods" else references


every_metric = pytest.mark.parametrize("metric", METRICS.names(), indirect=True)


@every_metric
def test_what_is_known_of_a_metric(metric: AnyMetric, texts: tuple[list[str], list[str]]) -> None:
    statistics = metric.items(*sets_of(metric, texts))
    assert statistics.shape == (4, len(metric.columns))
    assert statistics.dtype == np.float64
    values = metric.reduce(statistics.sum(axis=0))
    assert metric.headline in values
    assert set(metric.perfect) <= set(values)
    assert metric.direction == "higher"
    assert metric.name in METRICS
    assert "|" in metric.signature()
    assert metric.needs() == ()
    low, high = metric.range
    scores = [value for name, value in values.items() if not name.endswith("_items")]
    assert all(low <= value <= high or np.isnan(value) for value in scores)


@every_metric
def test_a_perfect_system_reaches_what_is_called_perfect(
    metric: AnyMetric, texts: tuple[list[str], list[str]]
) -> None:
    references = sets_of(metric, texts)[0]
    values = evaluate(metric, references, perfect_of(metric, references))
    # METEOR charges one chunk; CIDEr-D has no 4-grams in a text of three words.
    slack = {"meteor": 0.01, "cider-d": 0.7}.get(metric.name, 1e-6)
    for name, perfect in metric.perfect.items():
        if not np.isnan(values[name]):
            assert values[name] == pytest.approx(perfect, abs=slack)


@every_metric
def test_statistics_add_up(metric: AnyMetric, texts: tuple[list[str], list[str]]) -> None:
    statistics = metric.items(*sets_of(metric, texts))
    side_by_side = metric.reduce(np.stack([statistics[:2].sum(0), statistics[2:].sum(0)]))
    for name, values in side_by_side.items():
        assert values.shape == (2,)
        for i, part in enumerate((statistics[:2], statistics[2:])):
            np.testing.assert_allclose(values[i], metric.reduce(part.sum(0))[name], rtol=1e-12)
    assert all(value.shape == (4,) for value in metric.reduce(statistics).values())


@every_metric
def test_empty_and_malformed_sets(metric: AnyMetric, texts: tuple[list[str], list[str]]) -> None:
    references, candidates = sets_of(metric, texts)
    for bad in (([], []), (references, candidates[:2]), (references, [None] * 4),
                ([None] * 4, candidates), (references, [object()] * 4), ("", "")):  # fmt: skip
        with pytest.raises(UsageError):
            metric.items(*bad)


@pytest.mark.parametrize("metric", TEXT_METRICS, indirect=True)
def test_an_empty_answer_scores_nothing(metric: AnyMetric) -> None:
    values = evaluate(metric, ["a piano", "a flute"], ["", "  "])
    assert [values[name] for name in metric.perfect] == pytest.approx(
        [0.0] * len(metric.perfect), abs=1e-12
    )


@pytest.mark.parametrize("metric", TEXT_METRICS, indirect=True)
def test_of_several_references_the_nearest_counts(metric: AnyMetric) -> None:
    others = [["An ambient track.", "The piece is a slow piano ballad."], ["drums and bass"]]
    both = ["The piece is a slow piano ballad.", "drums and bass"]
    alone = evaluate(metric, ["An ambient track.", "drums and bass"], both)
    assert evaluate(metric, others, both)[metric.headline] > alone[metric.headline]


@pytest.mark.parametrize("metric", TEXT_METRICS, indirect=True)
def test_hostile_texts(metric: AnyMetric) -> None:
    """Lone surrogates, control characters and a long line are scored like any other text."""
    values = evaluate(
        metric, ["a \ud800 piano", "x" * 5000], ["\x00\ud800 piano\n", "no piano " * 2000]
    )
    assert all(np.isfinite(value) for value in values.values())


def test_an_unknown_name() -> None:
    with pytest.raises(UsageError, match=r"no metric is called 'blue'.*did you mean 'bleu'"):
        open_metric("blue")
