"""A metric's name -> the metric. Nothing heavy is imported before it is named."""

from collections.abc import Callable

from mullama.evaluation.metrics.metric import AnyMetric
from mullama.evaluation.metrics.metric_options import MetricOptions
from mullama.registry import Registry

_HERE = "mullama.evaluation.metrics"

METRICS = Registry[Callable[[MetricOptions], AnyMetric]](
    "metric",
    {
        "character-bleu": f"{_HERE}.character_bleu:CharacterBleu",
        "bleu": f"{_HERE}.bleu:Bleu",
        "meteor": f"{_HERE}.meteor:Meteor",
        "rouge-l": f"{_HERE}.rouge:RougeL",
        "bertscore": f"{_HERE}.bertscore:BertScore",
        "cider-d": f"{_HERE}.cider:CiderD",
        "attributes": f"{_HERE}.attributes:Attributes",
        "choices": f"{_HERE}.choices:Choices",
        "choice-likelihoods": f"{_HERE}.choices:ChoiceLikelihoods",
    },
    entry_points="mullama.metrics",
)
"""Name -> what makes the metric of its options; other packages add rows by "mullama.metrics"."""


def open_metric(name: str, options: MetricOptions | None = None) -> AnyMetric:
    """The metric called `name`; raises UsageError for a name that is unknown."""
    return METRICS.load(name)(options or MetricOptions())
