"""Which tables are made: those that were asked for, and one of each metric that was named."""

import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.protocols import Column
from mullama.evaluation.metrics.registry import open_metric
from mullama.evaluation.scoring.score_options import ScoreOptions
from mullama.evaluation.scoring.tables import TABLES, chosen_tables


def test_tables_come_in_the_order_that_was_asked_for() -> None:
    assert chosen_tables(ScoreOptions()) == TABLES
    assert list(chosen_tables(ScoreOptions(table=("standard", "as-published")))) == [
        "standard",
        "as-published",
    ]


def test_a_metric_has_a_table_of_all_its_scores() -> None:
    found = chosen_tables(ScoreOptions(table=(), metric=("character-bleu",)))
    assert found == {
        "character-bleu": (
            Column("bleu", "character-bleu", "bleu"),
            Column("bleu_4", "character-bleu", "bleu_4"),
        )
    }


def test_every_column_is_a_value_of_its_metric() -> None:
    for columns in TABLES.values():
        for column in columns:
            open_metric(column.metric)  # by a name that is known


def test_an_unknown_metric_is_refused_with_what_there_is() -> None:
    with pytest.raises(
        UsageError, match=r"no metric is called 'blue'; there are: .*; did you mean"
    ):
        chosen_tables(ScoreOptions(metric=("blue",)))
