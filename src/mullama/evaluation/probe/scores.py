"""Labels and a probe's scores become ROC-AUC and average precision, with intervals over tracks."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float

from mullama.evaluation.metrics.intervals import Interval, intervals, sum_by_track
from mullama.evaluation.metrics.metric import Sums, Values, ratio
from mullama.evaluation.metrics.ranking import RankingMetric, average_precision, roc_auc

METRICS: Mapping[str, RankingMetric] = {"roc_auc": roc_auc, "average_precision": average_precision}
TagValues = Float[np.ndarray, "tags *sets"]
MEAN = "mean"
"""Stands for all tags: the mean of their values (macro)."""
RESAMPLES = 1_000


def score(
    tags: Sequence[str],
    present: Bool[np.ndarray, "clips tags"],
    scores: Float[np.ndarray, "clips tags"],
    tracks: Sequence[Hashable],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, dict[str, Interval]]:
    """Metric -> tag, or `MEAN` -> its value with a 95 % interval.

    Tracks are resampled, not clips; in a resample without clips of a tag the tag does not count.
    Raises UsageError for fewer than two tracks.
    """
    # How often each clip is there takes the place of sums: the statistics of a clip are its own column.
    counts = sum_by_track(np.eye(len(present)), tracks)
    found: dict[str, dict[str, Interval]] = {}
    for name, metric in METRICS.items():

        def reduce(weights: Sums, metric: RankingMetric = metric) -> Values:
            columns = enumerate(tags)
            values = {tag: metric(present[:, i], scores[:, i], weights) for i, tag in columns}
            return {MEAN: _mean(np.stack(list(values.values()))), **values}

        found[name] = intervals(reduce, counts, resamples=resamples, seed=seed)
    return found


def chance(present: Bool[np.ndarray, "clips tags"]) -> dict[str, float]:
    """What scores that know nothing reach on average: one half, and the share of clips with a tag."""
    return {"roc_auc": 0.5, "average_precision": float(present.mean())}


def _mean(values: TagValues) -> Float[np.ndarray, "*sets"]:
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0.0).sum(0), known.sum(0).astype(float))
