"""Attributes of answers against facts and texts: counts by hand, near misses by mir_eval."""

import numpy as np
import pytest

from mullama.evaluation.metrics.attributes import AnyFacts, Attributes
from mullama.evaluation.metrics.compare_facts import ATTRIBUTES, agree
from mullama.evaluation.metrics.facts import Facts
from mullama.evaluation.metrics.metric import evaluate
from mullama.evaluation.metrics.read_facts import truth_facts
from mullama.studio.truth import Truth
from mullama.studio.words.describe import long_caption

pytest.importorskip("mir_eval", reason="needs the evaluate extra")

PIECE = Truth(("piano", "cello", "drums"), "jazz", 100, "4/4", "C major", "happy", "piano")
SOLO = Truth(("flute",), None, None, None, None, None, "flute")


def scores(*pairs: tuple[AnyFacts, str]) -> dict[str, float]:
    return evaluate(Attributes(), [r for r, _ in pairs], [c for _, c in pairs])


def test_instruments_by_hand() -> None:
    # Three claims, two of them right; four true ones in all, two of them found.
    values = scores((PIECE, "piano, drums and a trumpet"), (SOLO, "I hear nothing."))
    assert values["instruments_precision"] == pytest.approx(2 / 3)
    assert values["instruments_recall"] == pytest.approx(2 / 4)
    assert values["instruments_f1"] == pytest.approx(4 / 7)


def test_an_attribute_counts_where_its_reference_is_known() -> None:
    values = scores((SOLO, "A fast rock song in C major with a flute."))
    assert values["instruments_f1"] == 1.0
    assert np.isnan(values["key_f1"])
    assert values["f1"] == pytest.approx((1.0 + 0.0) / 2)  # instruments, and drums, not denied


def test_only_what_was_asked_after_counts() -> None:
    asked = truth_facts(PIECE).only("key", "tempo")
    values = scores((asked, "It is in C major at 100 BPM."))
    assert values["f1"] == values["key_f1"] == values["tempo_f1"] == 1.0
    assert np.isnan(values["instruments_f1"])


def test_perfect_descriptions() -> None:
    values = scores((PIECE, long_caption(PIECE)))
    assert [values[f"{name}_f1"] for name in ATTRIBUTES] == [1.0] * len(ATTRIBUTES)
    assert values["f1"] == values["key_weighted"] == values["tempo_p_score"] == 1.0


def test_a_refusal_is_counted_and_finds_nothing() -> None:
    values = scores((PIECE, "I cannot determine the key."), (PIECE, "The key is C major."))
    assert values["key_cannot_tell"] == 0.5
    assert values["key_recall"] == 0.5
    assert values["key_precision"] == 1.0
    assert values["style_cannot_tell"] == 0.5
    assert scores((PIECE, "no idea"))["key_precision"] == 0.0


def test_general_words_agree_with_their_kinds() -> None:
    guitar = Facts(instruments=frozenset(["electric guitar", "violin"]))
    assert scores((guitar, "a guitar and strings"))["instruments_f1"] == 1.0
    assert scores(("a guitar", "an electric guitar"))["instruments_f1"] == 1.0
    assert not agree("electric guitar", "acoustic guitar")


@pytest.mark.parametrize(
    ("answer", "weighted"),
    [("C major", 1.0), ("G major", 0.5), ("A minor", 0.3), ("C minor", 0.2), ("D major", 0.0)],
)
def test_key_by_mir_eval(answer: str, weighted: float) -> None:
    values = scores((PIECE, f"The key is {answer}."))
    assert values["key_weighted"] == weighted
    assert values["key_f1"] == float(weighted == 1.0)


@pytest.mark.parametrize(
    ("bpm", "p_score", "one", "two"),
    [(104, 1, 1, 1), (96, 1, 1, 1), (105, 1, 0, 0), (108, 1, 0, 0), (109, 0, 0, 0),
     (50, 0, 0, 1), (200, 0, 0, 1), (33, 0, 0, 1), (150, 0, 0, 0)],
)  # fmt: skip
def test_tempo(bpm: int, p_score: float, one: float, two: float) -> None:
    values = scores((PIECE, f"It has {bpm} beats per minute."))
    assert values["tempo_p_score"] == p_score
    assert values["tempo_accuracy_1"] == values["tempo_f1"] == one
    assert values["tempo_accuracy_2"] == two


def test_references_as_facts_truths_and_texts_are_alike() -> None:
    answer = "A happy jazz piece in G major."
    assert scores((PIECE, answer)) == scores((truth_facts(PIECE), answer))
    assert scores(("jazz with piano", answer))["style_f1"] == 1.0
