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
from mullama.evaluation.metrics.compare_facts import (
    ATTRIBUTES,
    CLASS_COUNTS,
    COUNTS,
    PARTIAL,
    TEMPO_TOLERANCE,
    YES_NO,
    compare,
)
from mullama.evaluation.metrics.facts import Facts
from mullama.evaluation.metrics.metric import (
    MetricBase,
    Need,
    Statistics,
    Sums,
    Values,
    f1,
    library_need,
    ratio,
    version,
)
from mullama.evaluation.metrics.read_facts import read_facts, truth_facts
from mullama.evaluation.metrics.texts import check_pairs, check_text
from mullama.studio.truth import Truth

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
