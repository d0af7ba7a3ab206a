"""Answers are scored as a reader would: perfect, wrong and empty ones."""

from dataclasses import replace

import pytest

from mullama.evaluation.small_model.measure import TOPICS
from mullama.evaluation.small_model.scores import TARGETS, instruments_f1, majority, score
from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth
from mullama.studio.words.describe import fact, long_caption, presence

TRUTHS = (
    Truth(("piano", "violin"), "waltz", 90, "3/4", "B minor", "sad", "violin"),
    Truth(("electric guitar", "drums"), "rock", 120, "4/4", "C major", "energetic", None),
    Truth(("flute",), None, None, None, "Eb major", None, "flute"),
)


def perfect() -> dict[str, dict[int, str]]:
    said = {t: {i: fact(x, t) for i, x in enumerate(TRUTHS)} for t in TOPICS if t != "long"}
    return {**said, "long": {i: long_caption(truth) for i, truth in enumerate(TRUTHS)}}


def test_right_answers_score_full_marks() -> None:
    checked = [
        (i, name, presence(truth, name))
        for i, truth in enumerate(TRUTHS)
        for name in ("piano", "flute", "drums")
    ]
    found = score(TRUTHS, perfect(), checked)
    assert set(found) == {target.row for target in TARGETS}
    assert found == dict.fromkeys(found, 100.0) | {"lists that name one twice": 0.0}


def test_no_answers_score_nothing() -> None:
    said = {topic: dict.fromkeys(range(len(TRUTHS)), "") for topic in TOPICS}
    found = score(TRUTHS, said, [(0, "piano", "")])
    agreement = {"instruments asked = described", "instruments asked, overlap with described"}
    assert {row for row, value in found.items() if value} <= agreement


@pytest.mark.parametrize(("bpm", "right"), [(97, True), (98, False), (83, True), (82, False)])
def test_a_tempo_may_be_off_by_eight_percent(bpm: int, right: bool) -> None:
    said = perfect()
    said["tempo"] = {0: f"About {bpm} BPM.", 1: "", 2: ""}
    assert score(TRUTHS, said, [])["tempo within 8 %"] == (50.0 if right else 0.0)


def test_the_tonic_counts_without_its_mode() -> None:
    said = perfect()
    said["key"][0] = "The key is B major."
    found = score(TRUTHS, said, [])
    assert found["key, tonic"] == 100.0
    assert found["key with mode"] == pytest.approx(200 / 3)
    assert found["key asked = key described"] == pytest.approx(200 / 3)


def test_what_nobody_knows_is_no_row() -> None:
    truths = tuple(
        replace(NOTHING, key="C major", tempo_bpm=100 + i, listed=False) for i in range(3)
    )
    said = {topic: dict.fromkeys(range(3), "") for topic in TOPICS}
    said |= {"key": dict.fromkeys(range(3), "The key is C major.")}
    found = score(truths, said, [])
    assert found["key, tonic"] == 100
    assert found["tempo within 8 %"] == 0
    judged = {"key, tonic", "key with mode", "tempo within 8 %"}
    of_answers_alone = ("=", "overlap", "twice")
    assert set(found) - judged == {r for r in found if any(word in r for word in of_answers_alone)}


def test_f1_by_hand() -> None:
    micro, macro = instruments_f1([("piano", "flute"), ("piano",)], [("piano",), ("drums",)])
    assert micro == pytest.approx(100 * 2 / 5)
    assert macro == pytest.approx(100 * (2 * 1 / 3 + 0) / 2)


def test_guessing_is_the_commonest_answer() -> None:
    found = majority(TRUTHS)
    assert found["drums"] == pytest.approx(200 / 3)
    assert found["style"] == 50.0
    assert found["key with mode"] == pytest.approx(100 / 3)
