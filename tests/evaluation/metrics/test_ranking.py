"""ROC-AUC and average precision: by hand, against scipy and scikit-learn's numbers, with ties and weights."""

from collections.abc import Callable

import numpy as np
import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.ranking import average_precision, roc_auc

LABELS = np.array([0, 1, 1, 0, 1, 0, 0, 1])
SCORES = np.array([0.1, 0.4, 0.35, 0.8, 0.35, 0.35, 0.2, 0.9])
WEIGHTS = np.array([1.0, 2, 0, 1, 3, 1, 2, 1])


def test_perfect_reversed_and_all_alike() -> None:
    labels = np.array([1, 1, 0, 0, 0])
    falling = np.array([5.0, 4, 3, 2, 1])
    assert roc_auc(labels, falling) == 1
    assert average_precision(labels, falling) == 1
    assert roc_auc(labels, -falling) == 0
    # The relevant ones are at places 4 and 5.
    assert average_precision(labels, -falling) == pytest.approx((1 / 4 + 2 / 5) / 2)
    assert roc_auc(labels, np.zeros(5)) == 0.5
    assert average_precision(labels, np.zeros(5)) == pytest.approx(2 / 5)


def test_equals_scikit_learn() -> None:
    """The numbers of roc_auc_score and average_precision_score, 1.9.1."""
    assert roc_auc(LABELS, SCORES) == pytest.approx(0.75, abs=1e-12)
    assert average_precision(LABELS, SCORES) == pytest.approx(0.75, abs=1e-12)
    assert roc_auc(LABELS, SCORES, WEIGHTS) == pytest.approx(0.7833333333333333, abs=1e-12)
    assert average_precision(LABELS, SCORES, WEIGHTS) == pytest.approx(
        0.7916666666666666, abs=1e-12
    )


def test_equals_the_rank_sum_statistic() -> None:
    stats = pytest.importorskip("scipy.stats", reason="needs the evaluate extra")
    random = np.random.default_rng(0)
    for digits in (1, 9):  # with ties, and without
        labels = np.arange(40) % 3 == 0
        scores = np.round(random.normal(size=40), digits)
        u = stats.mannwhitneyu(scores[labels], scores[~labels]).statistic
        assert roc_auc(labels, scores) == pytest.approx(u / (labels.sum() * (~labels).sum()))


def test_the_order_of_equal_scores_makes_no_difference() -> None:
    random = np.random.default_rng(1)
    for metric in (roc_auc, average_precision):
        values = set()
        for _ in range(20):
            order = random.permutation(len(LABELS))
            values.add(round(float(metric(LABELS[order], SCORES[order])), 12))
        assert len(values) == 1


@pytest.mark.parametrize("metric", [roc_auc, average_precision])
def test_a_weight_counts_an_item_so_often(metric: Callable[..., np.ndarray]) -> None:
    often = WEIGHTS.astype(int)
    repeated = metric(np.repeat(LABELS, often), np.repeat(SCORES, often))
    assert metric(LABELS, SCORES, WEIGHTS) == pytest.approx(float(repeated))
    many = metric(LABELS, SCORES, np.stack([WEIGHTS, np.ones(8), np.zeros(8)]))
    assert many[:2] == pytest.approx([float(repeated), float(metric(LABELS, SCORES))])
    assert np.isnan(many[2])


def test_one_kind_alone_has_no_value() -> None:
    assert np.isnan(roc_auc(np.ones(3), np.arange(3.0)))
    assert np.isnan(roc_auc(np.zeros(3), np.arange(3.0)))
    assert np.isnan(average_precision(np.zeros(3), np.arange(3.0)))
    assert average_precision(np.ones(3), np.arange(3.0)) == 1


@pytest.mark.parametrize(
    ("labels", "scores", "weights", "message"),
    [
        ([], [], None, "nothing to rank"),
        ([0, 1], [1.0], None, "do not pair up"),
        ([0, 1], [1.0, 2.0], [1.0], "do not pair up"),
        ([0, 2], [1.0, 2.0], None, "0 or 1"),
        ([0, 1], [1.0, np.nan], None, "finite"),
        ([0, 1], [1.0, 2.0], [1.0, -1.0], "not negative"),
    ],
)
def test_malformed_input_is_refused(
    labels: list[int], scores: list[float], weights: list[float] | None, message: str
) -> None:
    for metric in (roc_auc, average_precision):
        with pytest.raises(UsageError, match=message):
            metric(np.array(labels), np.array(scores), weights and np.array(weights))
