"""Probabilities against what is right: figures that can be told by hand, and a temperature that is known."""

import random

import numpy as np
import pytest

from mullama.answer.forms import Form, Trust
from mullama.evaluation.calibration import ENOUGH, Asked, fit, reliability, shares
from mullama.evaluation.small_model.choices import FIELDS, questions, tempo_class
from mullama.open_model import load
from mullama.studio.truth import Truth
from mullama.studio.words.describe import ask_check, ask_of_silence, fact, presence
from mullama.studio.words.forms import FORMS, TOPIC
from mullama.studio.words.vocabularies import TEMPOS


def asked(scores: list[float], right: int, wording: str = "key", **more: object) -> Asked:
    settings = {"answers": tuple(range(len(scores))), "unheard": None, "field": "any", **more}
    return Asked(heard=np.array(scores), right=right, wording=wording, **settings)  # type: ignore[arg-type]


def drawn(trust: Trust, count: int, wording: str = "key") -> list[Asked]:
    """Questions whose right answers are as probable as the trust says."""
    rng = np.random.default_rng(1)
    items = []
    for _ in range(count):
        scores = list(rng.normal(0, 6, 4))
        right = int(rng.choice(4, p=trust.probabilities(scores)))
        items.append(asked(scores, right, wording))
    return items


def test_shares_of_what_stands_for_one_answer_add_up() -> None:
    one = asked([0.0, 0.0, np.log(2.0)], 1, answers=(0, 1, 1))
    assert shares(one, {}) == pytest.approx([0.25, 0.75])
    lapsing = {"key": Trust(lapse=0.3), "metre": Trust(lapse=0.6)}
    assert shares(one, lapsing) == pytest.approx([0.7 * 0.25 + 0.1, 0.7 * 0.75 + 0.2])
    one = asked([0.0, 0.0], 0, unheard=np.array([0.0, -np.log(9.0)]))
    assert shares(one, {}, 0.5) == pytest.approx([0.25, 0.75])
    assert shares(one, {"key": Trust(temperature=0.5)}, 0.5) == pytest.approx([0.1, 0.9])


def test_the_error_told_by_hand() -> None:
    """Four answers of 0.8, of which two are right, and one of 0.5 that is."""
    sure = [np.log(0.8), np.log(0.2)]
    items = [asked(sure, right) for right in (0, 0, 1, 1)] + [asked([0.0, 0.0], 0)]
    found = reliability(items, {})
    assert (found.count, found.accuracy) == (5, pytest.approx(0.6))
    assert found.error == pytest.approx((4 * 0.3 + 1 * 0.5) / 5)
    assert found.loss == pytest.approx(-np.log([0.8, 0.8, 0.2, 0.2, 0.5]).mean())
    assert [(b.count, b.accuracy) for b in found.bins] == [(1, 1.0), (4, 0.5)]
    assert reliability([asked([0.0, -2000.0], 0)], {}).bins[0].high == 1.0


@pytest.mark.parametrize(
    "trust", [Trust(temperature=3.0), Trust(temperature=2.0, lapse=0.2), Trust(lapse=0.1), Trust()]
)
def test_a_known_trust_is_found(trust: Trust) -> None:
    items = drawn(trust, 1000)
    found = fit(items)["key"]
    assert found.temperature == pytest.approx(trust.temperature, rel=0.2)
    assert found.lapse == pytest.approx(trust.lapse, abs=0.05)
    assert reliability(items, {"key": found}).error < 0.03
    assert reliability(items, {"key": found}).loss <= reliability(items, {"key": trust}).loss + 1e-4


def test_nothing_is_told_more_surely_than_the_model_would() -> None:
    assert fit(drawn(Trust(temperature=0.5), 500))["key"].temperature == pytest.approx(1, abs=1e-3)


def test_each_wording_has_its_own_if_it_answers_enough() -> None:
    first, second = Trust(temperature=3.0), Trust(lapse=0.3)
    few = drawn(first, ENOUGH - 1, "mood")
    found = fit([*drawn(first, 500, "key"), *drawn(second, 500, "metre"), *few])
    assert set(found) == {"key", "metre"}
    assert found["key"] == fit(drawn(first, 500, "key"))["key"]
    assert found["metre"].lapse > 0.2


def test_the_forms_are_those_of_the_studio() -> None:
    known = Truth(("piano", "drums"), "jazz", 120, "4/4", "D major", "calm", "piano")
    for topic, value in (
        ("tempo", "120"),
        ("metre", "4/4"),
        ("key", "D major"),
        ("style", "jazz"),
        ("mood", "calm"),
        ("lead", "piano"),
    ):
        assert fact(known, topic) in {Form(form).say(value) for form in FORMS[topic]}
    for topic, text in (
        ("presence", presence(known, "piano")),
        ("presence", presence(known, "violin")),
        ("drums", fact(known, "drums")),
        ("silence", "No, I hear no music."),
    ):
        assert [form for form in TOPIC if Form(form).says(text)] == list(FORMS[topic])
    rng = random.Random(1)
    for _ in range(50):
        check = ask_check(known, rng)
        assert check is not None
        assert Form(FORMS["check"][0]).says(check.answer)
        silence = ask_of_silence(rng)
        assert silence.topic not in ("presence", "drums") or Form(FORMS["silence"][0]).says(
            silence.answer
        )
    stored = load().calibration.forms
    assert [form.text for form in stored if not form.is_bare] == list(TOPIC)
    assert [form.text for form in stored if form.trust is None] == ["{choice}", *FORMS["silence"]]


def test_questions_have_their_truths_among_the_choices() -> None:
    known = Truth(("piano", "drums"), "jazz", 120, "4/4", "D major", "calm", "piano")
    unknown = Truth(("drums",), None, None, None, None, None, None)
    found = list(questions([known, unknown]))
    fields = {put.field for put in found if put.clip == 0}
    assert fields <= set(FIELDS)
    assert {"tempo class", "key", "metre", "style", "mood", "lead", "drums", "check"} <= fields
    told = {put.field: put.choices[put.answers.index(put.right)] for put in found if put.clip == 0}
    assert (told["key"], told["metre"], told["lead"]) == ("D major", "4/4", "piano")
    assert {put.field for put in found if put.clip == 1} <= {"drums", "presence"}
    assert [tempo_class(bpm) for bpm in (60, 89, 90, 129, 130, 180)] == [0, 0, 1, 1, 2, 2]
    assert (TEMPOS[0], TEMPOS[-1]) == ("60", "180")
