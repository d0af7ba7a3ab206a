"""Open answers -> precision, recall and F1 of each attribute that they name.

Instruments, style, mood, key, tempo, pace, metre and drums are read from the answer and compared
with the reference, which is a studio truth, facts, or a text that is read alike. An attribute is
scored on the items whose reference names it; elsewhere the right answer is unknown. Presence is
scored where a reference says yes or no of instruments alone ("No, there is no trumpet.").
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
YES_NO = ("drums", "presence")
"""Attributes with two values, scored as well by balanced accuracy: always yes reaches a half."""
CLASS_COUNTS = ("yes", "no", "yes_right", "no_right")
"""For each of them: items whose reference says so, and those of them that are answered rightly."""
PARTIAL = ("key_weighted", "tempo_p_score", "tempo_accuracy_1", "tempo_accuracy_2")
"""mir_eval's scores, which give near misses their part."""

TEMPO_TOLERANCE = 0.04
P_SCORE_TOLERANCE = 0.08
OCTAVES = (1 / 3, 1 / 2, 1, 2, 3)
"""Multiples of the tempo that accuracy 2 allows (Gouyon et al. 2006)."""

MIN_ITEMS, MIN_OF_CLASS = 20, 5
"""From how many items an attribute is in the mean, and of yes and of no each."""

AnyFacts = Truth | Facts | str


class Attributes(MetricBase):
    """F1 of each attribute, and their mean over the attributes that enough references name.

    In the mean are attributes of `MIN_ITEMS` items or more; in the place of the F1 of what is yes or
    no stands its balanced accuracy, given `MIN_OF_CLASS` items of each. Where none has as many, as
    in a set of a few items, all that any reference names are.
    """

    name: ClassVar = "attributes"
    columns: ClassVar = (
        *(f"{a}_{c}" for a in ATTRIBUTES for c in COUNTS),
        *(f"{a}_{c}" for a in YES_NO for c in CLASS_COUNTS),
        *PARTIAL,
    )
    headline: ClassVar = "f1"
    perfect: ClassVar = {
        "f1": 1.0,
        **{f"{a}_{value}": 1.0 for a in ATTRIBUTES for value in ("precision", "recall", "f1")},
        **{f"{a}_accuracy": 1.0 for a in YES_NO},
        **dict.fromkeys(PARTIAL, 1.0),
    }

    def needs(self) -> tuple[Need, ...]:
        """mir_eval."""
        return library_need("mir_eval")

    def signature(self) -> str:
        """How answers are read, the tolerance of tempi, and which attributes are in the mean."""
        return (
            f"read:words|tempo:{TEMPO_TOLERANCE:.0%}|mean:{MIN_ITEMS}-items,{MIN_OF_CLASS}-yes-and-no,"
            f"else-all|mullama:2|{version('mir_eval')}"
        )

    def items(self, references: Sequence[AnyFacts], candidates: Sequence[str]) -> Statistics:
        """Columns: `COUNTS` of each attribute, `CLASS_COUNTS` of those of yes or no, `PARTIAL`."""
        check_pairs(references, candidates)
        rows = []
        for i, (reference, candidate) in enumerate(zip(references, candidates, strict=True)):
            check_text(candidate, f"candidate {i}")
            rows.append(compare(facts_of(reference, i), read_facts(candidate)))
        return np.array(rows)

    def reduce(self, sums: Sums) -> Values:
        """Every attribute's items, precision, recall, F1 and refusals; their mean; the partial scores.

        Which attributes are in the mean depends on the references alone, so it is the same for all
        systems; a resample decides anew.
        """
        values: Values = {}
        heights, enough = [], []
        for attribute in ATTRIBUTES:
            found = _precision_and_recall(_counts(sums, attribute, COUNTS), attribute)
            values |= found
            if attribute not in YES_NO:
                heights.append(found[f"{attribute}_f1"])
                enough.append(found[f"{attribute}_items"] >= MIN_ITEMS)
        for attribute in YES_NO:
            yes, no, yes_right, no_right = _counts(sums, attribute, CLASS_COUNTS)
            recalls = [ratio(yes_right, yes), ratio(no_right, no)]
            accuracy = _mean(recalls, ~np.isnan(recalls))
            values |= {
                f"{attribute}_items": np.asarray(yes + no),
                f"{attribute}_accuracy": accuracy,
            }
            heights.append(accuracy)
            enough.append((yes + no >= MIN_ITEMS) & (np.minimum(yes, no) >= MIN_OF_CLASS))
        named = ~np.isnan(heights)
        chosen = named & np.stack(enough)
        mean = _mean(heights, np.where(chosen.any(axis=0), chosen, named))
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
    candidate = candidate.about(reference.questioned)
    row: list[float] = []
    for attribute in ATTRIBUTES:
        true, claimed = _values(reference, attribute), _values(candidate, attribute)
        if attribute == "instruments":
            claimed = _judged(claimed, reference)
        right = sum(any(agree(value, claim) for value in true) for claim in claimed)
        found = sum(any(agree(value, claim) for claim in claimed) for value in true)
        refused = bool(true) and candidate.cannot_tell and not claimed
        claims = len(claimed) if true or attribute == "instruments" else 0
        row += [float(bool(true)), claims, right, len(true), found, float(refused)]
    row += _classes(reference.drums, candidate.drums)
    row += _classes(reference.presence, says(candidate, reference.questioned))
    return row + _partial_scores(reference, candidate)


def says(facts: Facts, questioned: frozenset[str]) -> bool | None:
    """Whether facts have one of these instruments; None where they do not tell, or tell both.

    What is said of an instrument by name counts before a yes or no at the beginning.
    """
    there = any(_is(one, asked) for one in facts.instruments for asked in questioned)
    absent = any(_is(asked, one) for one in facts.absent for asked in questioned)
    if there or absent:
        return None if there and absent else there
    return facts.says_yes


def agree(true: object, claim: object) -> bool:
    """Whether a claim is right, given one true value.

    A tempo may be a little off; a general word for an instrument agrees with its kinds.
    """
    if isinstance(true, float) and isinstance(claim, float):
        return _near(claim, true)
    if isinstance(true, str) and isinstance(claim, str):
        return true == claim or true in FAMILIES.get(claim, ()) or claim in FAMILIES.get(true, ())
    return true == claim


def _is(instrument: str, general: str) -> bool:
    """Whether an instrument is another, or of its kind."""
    return instrument == general or instrument in FAMILIES.get(general, ())


def _judged(claimed: frozenset[object], reference: Facts) -> frozenset[object]:
    """The claimed instruments that a reference tells right from wrong.

    All of them where it lists instruments; of one that answers about some, or denies, just those.
    """
    if reference.instruments and not reference.questioned:
        return claimed
    return frozenset(
        claim
        for claim in claimed
        if any(agree(true, claim) for true in reference.instruments)
        or any(_is(str(claim), denied) for denied in reference.absent)
    )


def _classes(true: bool | None, claim: bool | None) -> list[float]:
    """The columns of `CLASS_COUNTS`; what cannot be read is wrong."""
    right = true == claim
    return [float(flag) for flag in (true is True, true is False, true is True and right,
                                     true is False and right)]  # fmt: skip


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


def _counts(sums: Sums, attribute: str, names: Sequence[str]) -> np.ndarray:
    """The sums of an attribute's columns, one row for each name."""
    start = Attributes.columns.index(f"{attribute}_{names[0]}")
    return np.moveaxis(sums[..., start : start + len(names)], -1, 0)


def _precision_and_recall(counts: np.ndarray, attribute: str) -> Values:
    known, claimed, right, true, found, refused = counts
    # Who claims nothing has made no false claim, and found nothing.
    precision = np.where((claimed == 0) & (known > 0), 0.0, ratio(right, claimed))
    recall = ratio(found, true)
    return {
        f"{attribute}_items": np.asarray(known),
        f"{attribute}_precision": precision,
        f"{attribute}_recall": recall,
        f"{attribute}_f1": f1(precision, recall),
        f"{attribute}_cannot_tell": ratio(refused, known),
    }


def _mean(values: Sequence[np.ndarray], chosen: np.ndarray) -> np.ndarray:
    """The mean over the first axis of what is chosen; NaN where nothing is."""
    return ratio(np.where(chosen, values, 0.0).sum(axis=0), chosen.sum(axis=0))


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
