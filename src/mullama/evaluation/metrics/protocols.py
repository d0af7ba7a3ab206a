"""References and candidates -> the scores of a table, by one of two scoring protocols.

`as-published` counts as the published MusicQA tables do: BLEU over characters, ROUGE-L and BERTScore
as recall. `standard` counts as the field does. The two are not comparable, though they share names.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import Need, evaluate
from mullama.evaluation.metrics.metric_options import MetricOptions
from mullama.evaluation.metrics.registry import open_metric
from mullama.evaluation.metrics.texts import Text
from mullama.nearest import did_you_mean


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    title: str
    metric: str
    value: str
    """The name of one of the metric's values."""


AS_PUBLISHED, STANDARD = "as-published", "standard"

PROTOCOLS: dict[str, tuple[Column, ...]] = {
    AS_PUBLISHED: (
        Column("BLEU", "character-bleu", "bleu"),
        Column("BLEU-4", "character-bleu", "bleu_4"),
        Column("METEOR", "meteor", "meteor"),
        Column("ROUGE-L", "rouge-l", "recall"),
        Column("BERTScore", "bertscore", "recall"),
    ),
    STANDARD: (
        *(Column(f"BLEU-{n}", "bleu", f"bleu_{n}") for n in (1, 2, 3, 4)),
        Column("METEOR", "meteor", "meteor"),
        *(Column(f"ROUGE-L {v}", "rouge-l", n) for v, n in (("P", "precision"), ("R", "recall"))),
        Column("ROUGE-L F1", "rouge-l", "f1"),
        *(
            Column(f"BERTScore {v}", "bertscore", n)
            for v, n in (("P", "precision"), ("R", "recall"))
        ),
        Column("BERTScore F1", "bertscore", "f1"),
        Column("CIDEr-D", "cider-d", "cider_d"),
    ),
}
"""Name -> the columns of its table."""


@dataclass(frozen=True)
class MetricScores:
    """What one metric says of a set."""

    values: dict[str, float]
    """Empty where the metric could not be computed."""
    signature: str
    needs: tuple[Need, ...]
    """What was missing; empty where nothing was."""


def protocol(name: str) -> tuple[Column, ...]:
    """The columns of a scoring protocol; raises UsageError for an unknown name."""
    if name not in PROTOCOLS:
        raise UsageError(
            f"no scoring protocol is called {name!r}; there are: {', '.join(PROTOCOLS)}"
            f"{did_you_mean(name, PROTOCOLS)}"
        )
    return PROTOCOLS[name]


def metrics_of(name: str) -> list[str]:
    """The metrics of a scoring protocol, in the order of its columns."""
    return list(dict.fromkeys(column.metric for column in protocol(name)))


def evaluate_all(
    references: Sequence[Text],
    candidates: Sequence[str],
    *,
    scoring: str = STANDARD,
    options: MetricOptions | None = None,
) -> dict[str, MetricScores]:
    """Metric -> its scores, for every metric of a protocol.

    A metric whose library or model is missing is left without values and says what it needs; the
    others are computed. Raises UsageError for texts that cannot be scored.
    """
    scores = {}
    for name in metrics_of(scoring):
        metric = open_metric(name, options)
        needs = metric.needs()
        blocked = any(need.blocks for need in needs)
        values = {} if blocked else evaluate(metric, references, candidates)
        scores[name] = MetricScores(values, metric.signature(), needs)
    return scores
