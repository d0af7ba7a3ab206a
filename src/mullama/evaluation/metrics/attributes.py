"""Open answers -> precision, recall and F1 of each attribute that they name.

Instruments, style, mood, key, tempo, pace, metre and drums are read from the answer and compared
with the reference, which is a studio truth, facts, or a text that is read alike. An attribute is
scored on the items whose reference names it; elsewhere the right answer is unknown.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import (
    MetricBase,
    Need,
    Statistics,
    Sums,
    Values,
    f1,
    library,
    library_need,
    ratio,
    version,
)
from mullama.evaluation.metrics.read_facts import Facts, read_facts, truth_facts
from mullama.evaluation.metrics.texts import check_pairs, check_text
from mullama.evaluation.metrics.vocabulary import FAMILIES
from mullama.studio.truth import Truth

ATTRIBUTES = ("instruments", "style", "mood", "key", "tempo", "pace", "metre", "drums")
COUNTS = ("known", "claimed", "right", "true", "found", "cannot_tell")
"""For each attribute: items, claims, right claims, true values, those that were found, refusals."""
PARTIAL = ("key_weighted", "tempo_p_score", "tempo_accuracy_1", "tempo_accuracy_2")
"""mir_eval's scores, which give near misses their part."""

TEMPO_TOLERANCE = 0.04
P_SCORE_TOLERANCE = 0.08
OCTAVES = (1 / 3, 1 / 2, 1, 2, 3)
"""Multiples of the tempo that accuracy 2 allows (Gouyon et al. 2006)."""

AnyFacts = Truth | Facts | str


class Attributes(MetricBase):
    """F1 of each attribute, and their mean over the attributes that references name."""

    name: ClassVar = "attributes"
    columns: ClassVar = (*(f"{a}_{c}" for a in ATTRIBUTES for c in COUNTS), *PARTIAL)
    headline: ClassVar = "f1"
    perfect: ClassVar = {
        "f1": 1.0,
        **{f"{a}_{value}": 1.0 for a in ATTRIBUTES for value in ("precision", "recall", "f1")},
        **dict.fromkeys(PARTIAL, 1.0),
    }

    def needs(self) -> tuple[Need, ...]:
        """mir_eval."""
        return library_need("mir_eval")

    def signature(self) -> str:
        """How answers are read, and the tolerance of tempi."""
        return f"read:words|tempo:{TEMPO_TOLERANCE:.0%}|mullama:1|{version('mir_eval')}"

    def items(self, references: Sequence[AnyFacts], candidates: Sequence[str]) -> Statistics:
        """Columns: those of `COUNTS` for each attribute, then those of `PARTIAL`."""
        check_pairs(references, candidates)
        rows = []
        for i, (reference, candidate) in enumerate(zip(references, candidates, strict=True)):
            check_text(candidate, f"candidate {i}")
            rows.append(compare(facts_of(reference, i), read_facts(candidate)))
        return np.array(rows)

    def reduce(self, sums: Sums) -> Values:
        """Every attribute's precision, recall, F1 and refusals; the mean F1; the partial scores."""
        values: Values = {}
        for number, attribute in enumerate(ATTRIBUTES):
            start = number * len(COUNTS)
            known, claimed, right, true, found, refused = np.moveaxis(
                sums[..., start : start + len(COUNTS)], -1, 0
            )
            # Who claims nothing has made no false claim, and found nothing.
            precision = np.where((claimed == 0) & (known > 0), 0.0, ratio(right, claimed))
            recall = ratio(found, true)
            values[f"{attribute}_precision"] = precision
            values[f"{attribute}_recall"] = recall
            values[f"{attribute}_f1"] = f1(precision, recall)
            values[f"{attribute}_cannot_tell"] = ratio(refused, known)
        f1s = np.stack([values[f"{attribute}_f1"] for attribute in ATTRIBUTES])
        named = ~np.isnan(f1s)
        mean = ratio(np.nansum(f1s, axis=0), named.sum(axis=0))
        return {"f1": mean, **values, **_partial(sums)}


def facts_of(reference: AnyFacts, i: int = 0) -> Facts:
    """The facts of a reference; raises UsageError for another type, or a text that is empty."""
    if isinstance(reference, Facts):
        return reference
    if isinstance(reference, Truth):
        return truth_facts(reference)
    if not isinstance(reference, str):
        raise UsageError(
            f"reference {i} is neither facts nor a text but of type {type(reference).__name__}"
        )
    if not reference.strip():
        raise UsageError(f"reference {i} is empty; leave out items without a reference")
    return read_facts(reference)


def compare(reference: Facts, candidate: Facts) -> list[float]:
    """The row of one item."""
    row: list[float] = []
    for attribute in ATTRIBUTES:
        true, claimed = _values(reference, attribute), _values(candidate, attribute)
        if not true:
            row += [0.0] * len(COUNTS)
            continue
        right = sum(any(agree(value, claim) for value in true) for claim in claimed)
        found = sum(any(agree(value, claim) for claim in claimed) for value in true)
        refused = candidate.cannot_tell and not claimed
        row += [1.0, len(claimed), right, len(true), found, float(refused)]
    return row + _partial_scores(reference, candidate)


def agree(true: object, claim: object) -> bool:
    """Whether a claim is right, given one true value.

    A tempo may be a little off; a general word for an instrument agrees with its kinds.
    """
    if isinstance(true, float) and isinstance(claim, float):
        return _near(claim, true)
    if isinstance(true, str) and isinstance(claim, str):
        return true == claim or true in FAMILIES.get(claim, ()) or claim in FAMILIES.get(true, ())
    return true == claim


def _values(facts: Facts, attribute: str) -> frozenset[object]:
    value = getattr(facts, attribute)
    if isinstance(value, frozenset):
        return value
    return frozenset() if value is None else frozenset([value])


def _near(claim: float, true: float) -> bool:
    return abs(claim - true) <= TEMPO_TOLERANCE * true


def _partial_scores(reference: Facts, candidate: Facts) -> list[float]:
    """The columns of `PARTIAL`; 0 where either side names nothing."""
    key, tempo = 0.0, [0.0, 0.0, 0.0]
    if reference.key and candidate.key:
        key = library("mir_eval.key", "key scores").weighted_score(reference.key, candidate.key)
    if reference.tempo and candidate.tempo:
        tempo = _tempo_scores(reference.tempo, candidate.tempo)
    return [key, *tempo]


def _tempo_scores(true: float, claim: float) -> list[float]:
    """mir_eval's P-score of a lone tempo, accuracy 1, and accuracy 2, which allows octaves."""
    p_score, *_ = library("mir_eval.tempo", "tempo scores").detection(
        np.array([true, 0.0]), 1.0, np.array([claim, 0.0]), tol=P_SCORE_TOLERANCE
    )
    return [
        float(p_score),
        float(_near(claim, true)),
        float(any(_near(claim, multiple * true) for multiple in OCTAVES)),
    ]


def _partial(sums: Sums) -> Values:
    """Means of the columns of `PARTIAL` over the items whose reference has a key or a tempo."""
    columns = Attributes.columns
    return {
        name: ratio(
            sums[..., columns.index(name)],
            sums[..., columns.index(f"{name.partition('_')[0]}_known")],
        )
        for name in PARTIAL
    }
