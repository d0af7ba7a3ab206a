"""METEOR with and without synonyms; which of the two it was is part of its signature."""

from pathlib import Path

import pytest

from mullama.evaluation.metrics.meteor import Meteor
from mullama.evaluation.metrics.metric import evaluate
from mullama.evaluation.metrics.metric_options import MetricOptions

pytest.importorskip("nltk", reason="needs the evaluate extra")


def test_by_hand(dictionary: Path) -> None:
    # Three of four reference words in two chunks: P = 1, R = 3/4, F = PR / (0.9 P + 0.1 R),
    # penalty = 0.5 * (2 / 3) ** 3.
    metric = Meteor(MetricOptions(wordnet=dictionary))
    precision, recall = 1.0, 3 / 4
    mean = precision * recall / (0.9 * precision + 0.1 * recall)
    expected = mean * (1 - 0.5 * (2 / 3) ** 3)
    assert evaluate(metric, ["a slow piano piece"], ["a piano piece"])["meteor"] == pytest.approx(
        expected
    )


def test_synonyms_count_where_there_is_a_dictionary(dictionary: Path) -> None:
    metric = Meteor(MetricOptions(wordnet=dictionary))
    assert evaluate(metric, ["quick"], ["fast"])["meteor"] == pytest.approx(0.5)  # one chunk of one
    assert "synonyms:wordnet-3.9" in metric.signature()


@pytest.mark.usefixtures("no_wordnet")
def test_without_a_dictionary_forms_and_stems_count() -> None:
    metric = Meteor()
    assert evaluate(metric, ["quick", "play"], ["fast", "playing"])["meteor"] == pytest.approx(0.25)
    assert "synonyms:off" in metric.signature()
    (need,) = metric.needs()
    assert "wordnet-base" in need.how
    assert not need.blocks
