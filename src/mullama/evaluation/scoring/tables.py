"""The tables of an evaluation: which values of which metrics stand side by side, and what was published."""

from typing import Any

from mullama.evaluation.metrics.compare_facts import ATTRIBUTES, YES_NO
from mullama.evaluation.metrics.protocols import PROTOCOLS, Column
from mullama.evaluation.metrics.registry import open_metric
from mullama.evaluation.scoring.score_options import ScoreOptions

TABLES: dict[str, tuple[Column, ...]] = {
    **PROTOCOLS,
    "attributes": (
        Column("F1", "attributes", "f1"),
        *(
            Column(f"{attribute.capitalize()} {letter}", "attributes", f"{attribute}_{value}")
            for attribute in ATTRIBUTES
            for letter, value in (("P", "precision"), ("R", "recall"), ("F1", "f1"))
        ),
        *(
            Column(f"{attribute.capitalize()}, balanced", "attributes", f"{attribute}_accuracy")
            for attribute in YES_NO
        ),
        Column("Key, weighted", "attributes", "key_weighted"),
        Column("Tempo, accuracy 1", "attributes", "tempo_accuracy_1"),
        Column("Tempo, accuracy 2", "attributes", "tempo_accuracy_2"),
    ),
    "choices": (
        Column("Accuracy", "choices", "accuracy"),
        Column("Unreadable", "choices", "unreadable"),
        Column("Chance", "choices", "chance"),
        Column("By likelihood", "choice-likelihoods", "accuracy"),
        Column("By likelihood a character", "choice-likelihoods", "accuracy_normalised"),
    ),
}
"""Name -> its columns."""


def chosen_tables(options: ScoreOptions) -> dict[str, tuple[Column, ...]]:
    """The tables that were asked for; a metric that was named has one of its name, of all its scores.

    Raises UsageError for a metric that is unknown.
    """
    own = {
        name: tuple(Column(value, name, value) for value in open_metric(name, options).perfect)
        for name in options.metric
    }
    return {name: TABLES[name] for name in options.table} | own


SOURCE = "Liu et al. 2023, arXiv 2308.11276"
PUBLISHED: dict[str, tuple[dict[str, Any], ...]] = {
    "musicqa": tuple(
        {
            "system": system,
            "values": {"BLEU": bleu, "METEOR": meteor, "ROUGE-L": rouge, "BERTScore": bertscore},
            "source": SOURCE,
        }
        for system, bleu, meteor, rouge, bertscore in (
            ("LTU", 0.242, 0.274, 0.326, 0.887),
            ("LLaMA-Adapter", 0.273, 0.334, 0.413, 0.895),
            ("MU-LLaMA", 0.306, 0.385, 0.466, 0.901),
        )
    )
}
"""Set -> the rows that were published of it, as they stand there, counted as `as-published` counts."""
