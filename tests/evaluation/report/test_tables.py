"""Every figure stands in its cell, and the verdict follows from test and interval."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mullama.evaluation.report.scored_folder import Scored
from mullama.evaluation.report.tables import cell, headline_table, tables, title_of
from mullama.evaluation.report.verdict import Verdict
from mullama.evaluation.scoring.figures import REAL

WAY = {"value": 0.2, "low": 0.1, "high": 0.3, "control": "noise"}


def changed_cell(scored: Scored, way: dict[str, Any], ears: dict[str, Any] | None) -> Verdict:
    system = deepcopy(dict(scored.systems()[0]))
    system["way"] = {"rouge-l": {"f1": way}}
    system["ears"] = {"rouge-l": {"f1": ears}} if ears else {}
    return cell(scored.scores, system, "rouge-l", "f1").verdict


@pytest.mark.parametrize(
    ("way", "holm", "verdict"),
    [
        ({}, 0.01, Verdict.EARS),
        ({}, 0.05, Verdict.DEAF),
        ({"value": -0.2, "low": -0.3, "high": -0.1}, 0.01, Verdict.WORSE),
        ({}, None, Verdict.INTERVAL),
        ({"low": -0.1}, None, Verdict.DEAF),
        ({"value": -0.2, "low": -0.3, "high": -0.1}, None, Verdict.DEAF),
        ({"low": None, "high": None}, None, Verdict.DEAF),
        ({"value": None}, 0.01, Verdict.NONE),
    ],
)
def test_verdicts(
    scored: Scored, way: dict[str, Any], holm: float | None, verdict: Verdict
) -> None:
    ears = None if holm is None else {"control": "noise", "p": 0.001, "holm": holm}
    assert changed_cell(scored, WAY | way, ears) is verdict


def test_cells_hold_what_was_scored(scored: Scored) -> None:
    table = tables(scored.scores)[0]
    assert [h.title for h in table.headings] == ["BLEU", "BLEU-4", "METEOR", "ROUGE-L", "BERTScore"]
    assert [h.off for h in table.headings] == [False] * 4 + [True]
    for row, system in zip(table.rows, scored.systems(), strict=True):
        values = system["conditions"]["music"]["character-bleu"]["values"]["bleu"]
        assert row.cells[0].figure.value == values["value"]
        assert (row.cells[0].figure.low, row.cells[0].figure.high) == (
            values["low"],
            values["high"],
        )
        assert not row.cells[4].figure.known
    assert list(table.rows[0].cells[0].controls) == ["wrong-song", "silence", "noise", "no-audio"]
    assert table.rows[0].controls == ("wrong-song", "silence", "noise", "no-audio")
    assert table.rows[2].controls == ()


def test_who_hears_is_told_from_who_does_not(scored: Scored) -> None:
    hearing, deaf, constant = headline_table(scored.scores).rows
    assert {cell.verdict for cell in hearing.cells} == {Verdict.EARS}
    assert {cell.verdict for cell in deaf.cells} == {Verdict.DEAF}
    assert {cell.verdict for cell in constant.cells} == {Verdict.NONE}


def test_published_rows_stand_in_their_own_table_alone(scored: Scored) -> None:
    first, *others = tables(scored.scores)
    assert [row.system for row in first.quoted] == ["LTU", "LLaMA-Adapter", "MU-LLaMA"]
    assert [str(v) for v in first.quoted[2].values] == ["0.306", "–", "0.385", "0.466", "0.901"]  # noqa: RUF001
    assert not any(table.quoted for table in others)


def test_precision_and_recall_are_a_table_of_their_own_where_there_is_an_f1(scored: Scored) -> None:
    published, standard, *_ = tables(scored.scores)
    assert published.split() == (published, None)
    first, rest = standard.split()
    assert rest is not None
    titles = [heading.title for heading in rest.headings]
    assert titles == ["ROUGE-L P", "ROUGE-L R", "BERTScore P", "BERTScore R"]
    assert len(first.headings) + len(rest.headings) == len(standard.headings)
    place = [h.title for h in standard.headings].index("ROUGE-L R")
    assert rest.rows[0].cells[1] == standard.rows[0].cells[place]


def test_values_that_no_reference_names_have_no_column(scored: Scored) -> None:
    attributes = next(t for t in tables(scored.scores) if t.name == "attributes")
    titles = [heading.title for heading in attributes.headings]
    assert "Instruments F1" in titles
    assert "Key F1" not in titles


def test_a_value_of_an_attribute_says_on_how_many_items_it_counts(scored: Scored) -> None:
    attributes = next(t for t in tables(scored.scores) if t.name == "attributes")
    values = scored.scores["systems"][0]["conditions"][REAL]["attributes"]["values"]
    for heading, one in zip(attributes.headings, attributes.rows[0].cells, strict=True):
        if heading.title.startswith("Instruments "):
            assert one.counted_on == values["instruments_items"]["value"]
        if heading.value == "f1":  # the mean of several
            assert one.counted_on is None


def test_titles_tell_the_same_names_of_two_tables_apart(scored: Scored) -> None:
    told = [(m, about["headline"]) for m, about in scored.scores["metrics"].items()]
    titles = [title_of(scored.scores, *one) for one in told]
    assert len(set(titles)) == len(titles)
    assert title_of(scored.scores, "character-bleu", "bleu_4") == "BLEU-4 of characters"
    assert title_of(scored.scores, "rouge-l", "unheard_of") == "rouge-l unheard_of"


def test_lower_is_better_is_marked(changed: Callable[[Any], Path]) -> None:
    from mullama.evaluation.report.scored_folder import read_scored

    folder = changed(lambda scores: scores["metrics"]["cider-d"].update(direction="lower"))
    headings = {h.title: h.arrow for h in tables(read_scored(folder).scores)[1].headings}
    assert headings["CIDEr-D"] == " ↓"
    assert headings["METEOR"] == ""
