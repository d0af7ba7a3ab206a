"""The facts of a reference and of an answer -> the counts of one item: a row of numbers that add up."""

import numpy as np

from mullama.evaluation.metrics.facts import Facts
from mullama.evaluation.metrics.metric import library
from mullama.evaluation.metrics.vocabulary import FAMILIES

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
