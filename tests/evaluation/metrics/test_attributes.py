"""Attributes of answers against facts and texts: counts by hand, near misses by mir_eval."""

import numpy as np
import pytest

from mullama.evaluation.metrics.attributes import (
    MIN_ITEMS,
    MIN_OF_CLASS,
    AnyFacts,
    Attributes,
)
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
    by_truth, by_facts = (scores((true, answer)) for true in (PIECE, truth_facts(PIECE)))
    assert by_truth == pytest.approx(by_facts, nan_ok=True)
    assert scores(("jazz with piano", answer))["style_f1"] == 1.0


NO_TRUMPET, TROMBONE = "No, there is no trumpet.", "Yes, there is a trombone."


@pytest.mark.parametrize(
    ("answers", "accuracy"),
    [
        (("No, there is no trumpet.", "Yes, there is a trombone."), 1.0),
        (("No.", "Yes."), 1.0),
        (("I hear no brass.", "I hear a trombone."), 1.0),
        (("Yes, there is a trumpet.", "Yes, there is a trombone."), 0.5),
        (("No.", "No."), 0.5),
        (("Yes.", "No."), 0.0),
        (("Perhaps.", "A trombone, or no trombone."), 0.0),
        (("No trumpet, but a trombone.", "Yes, brass."), 1.0),
    ],
)
def test_presence(answers: tuple[str, str], accuracy: float) -> None:
    values = scores((NO_TRUMPET, answers[0]), (TROMBONE, answers[1]))
    assert values["presence_accuracy"] == accuracy
    assert values["presence_items"] == 2


def test_presence_weighs_yes_and_no_alike() -> None:
    values = scores(*[(TROMBONE, "Yes.")] * 9, (NO_TRUMPET, "Yes."))
    assert values["presence_accuracy"] == 0.5


def test_an_instrument_that_the_reference_denies_is_a_wrong_claim() -> None:
    values = scores(
        (NO_TRUMPET, "Yes, a trumpet, and a piano."), (TROMBONE, "A trombone, a piano.")
    )
    assert values["instruments_precision"] == 0.5  # the piano is unknown
    assert values["instruments_recall"] == 1.0
    assert values["instruments_items"] == 1
    assert scores(("no guitar", "an electric guitar"))["instruments_precision"] == 0.0
    assert np.isnan(scores(("no electric guitar", "a guitar"))["instruments_precision"])


def test_the_mean_is_over_attributes_with_enough_items() -> None:
    key = ("in C major", "in C major")
    few = [("in 3/4", "in 4/4")] * (MIN_ITEMS - 1)
    assert scores(key, *few)["f1"] == 0.5  # none has enough: all
    values = scores(*[key] * MIN_ITEMS, *few)
    assert values["f1"] == 1.0
    assert (values["key_items"], values["metre_items"]) == (MIN_ITEMS, MIN_ITEMS - 1)
    assert scores(*[key] * MIN_ITEMS, *few, few[0])["f1"] == 0.5


def test_the_mean_has_no_attribute_of_one_class() -> None:
    key = [("in C major", "in F major")] * MIN_ITEMS
    yes = [("Yes, there are drums.", "Yes.")] * MIN_ITEMS
    no = [("No, there are no drums.", "Yes.")] * MIN_OF_CLASS
    assert scores(*key, *yes)["drums_accuracy"] == 1.0
    # Instruments, and the wrong key; then drums and presence as well, at a half.
    assert scores(*key, *yes, *no[1:])["f1"] == pytest.approx(
        np.mean([0.0, scores(*yes, *no[1:])["instruments_f1"]])
    )
    assert scores(*key, *yes, *no)["f1"] == pytest.approx(
        np.mean([0.0, scores(*yes, *no)["instruments_f1"], 0.5, 0.5])
    )


def test_counts_are_no_scores() -> None:
    assert not [name for name in Attributes.perfect if name.endswith("_items")]
    assert "mullama:2" in Attributes().signature()
