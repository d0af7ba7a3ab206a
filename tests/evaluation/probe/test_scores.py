"""Means over tags, and intervals that count tracks."""

import numpy as np
import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.ranking import average_precision, roc_auc
from mullama.evaluation.probe.scores import MEAN, chance, score


def drawn(clips: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    present = random.random((clips, 3)) < (0.5, 0.3, 0.2)
    return present, random.normal(size=(clips, 3)) + 1.2 * present


def test_values_are_those_of_the_metrics() -> None:
    present, scores = drawn(60)
    found = score("abc", present, scores, range(60), resamples=50)
    for metric, name in ((roc_auc, "roc_auc"), (average_precision, "average_precision")):
        alone = [float(metric(present[:, i], scores[:, i])) for i in range(3)]
        assert [found[name][tag].value for tag in "abc"] == pytest.approx(alone)
        mean = found[name][MEAN]
        assert mean.value == pytest.approx(np.mean(alone))
        assert mean.low < mean.value < mean.high


def test_clips_of_one_track_are_one_observation() -> None:
    present, scores = drawn(40)
    once = score("abc", present, scores, range(40))["roc_auc"][MEAN]
    tracks = np.repeat(np.arange(40), 4)
    nine = score("abc", present.repeat(4, 0), scores.repeat(4, 0), tracks)["roc_auc"][MEAN]
    assert (nine.low, nine.high) == pytest.approx((once.low, once.high))
    apart = score("abc", present.repeat(4, 0), scores.repeat(4, 0), range(160))["roc_auc"][MEAN]
    assert nine.high - nine.low > 1.5 * (apart.high - apart.low)


def test_a_rare_tag_is_absent_from_some_resamples() -> None:
    present, scores = drawn(30)
    present[:, 2] = False
    present[3, 2] = True
    found = score("abc", present, scores, range(30))["roc_auc"]
    assert np.isfinite([found[tag].low for tag in (*"abc", MEAN)]).all()


def test_one_track_alone_says_nothing() -> None:
    present, scores = drawn(30)
    with pytest.raises(UsageError, match="two tracks or more"):
        score("abc", present, scores, ["one"] * 30)


def test_chance() -> None:
    present, _ = drawn(4000)
    random = np.random.default_rng(1).normal(size=present.shape)
    found = score("abc", present, random, range(4000), resamples=2)
    for metric, value in chance(present).items():
        assert found[metric][MEAN].value == pytest.approx(value, abs=0.02)
