"""Probabilities against what is right: figures that can be told by hand, and a temperature that is known."""

import numpy as np
import pytest

from mullama.answer.forms import Form
from mullama.evaluation.calibration import Asked, fit, reliability, shares
from mullama.evaluation.small_model.choices import FIELDS, FORMS, TEMPOS, questions, tempo_class
from mullama.song import load
from mullama.studio.truth import Truth
from mullama.studio.words.describe import fact


def asked(scores: list[float], right: int, field: str = "key", **more: object) -> Asked:
    settings = {"answers": tuple(range(len(scores))), "unheard": np.zeros(len(scores)), **more}
    return Asked(heard=np.array(scores), right=right, field=field, **settings)  # type: ignore[arg-type]


def test_shares_of_what_stands_for_one_answer_add_up() -> None:
    one = asked([0.0, 0.0, np.log(2.0)], 1, answers=(0, 1, 1))
    assert shares(one, 1.0, 0.0) == pytest.approx([0.25, 0.75])
    one = asked([0.0, 0.0], 0, unheard=np.array([0.0, -np.log(9.0)]))
    assert shares(one, 1.0, 0.5) == pytest.approx([0.25, 0.75])
    assert shares(one, 0.5, 0.5) == pytest.approx([0.1, 0.9])


def test_the_error_told_by_hand() -> None:
    """Four answers of 0.8, of which two are right, and one of 0.5 that is."""
    sure = [np.log(0.8), np.log(0.2)]
    items = [asked(sure, right) for right in (0, 0, 1, 1)] + [asked([0.0, 0.0], 0)]
    found = reliability(items, 1.0)
    assert (found.count, found.accuracy) == (5, pytest.approx(0.6))
    assert found.error == pytest.approx((4 * 0.3 + 1 * 0.5) / 5)
    assert found.loss == pytest.approx(-np.log([0.8, 0.8, 0.2, 0.2, 0.5]).mean())
    assert [(b.count, b.accuracy) for b in found.bins] == [(1, 1.0), (4, 0.5)]
    assert reliability([asked([0.0, -2000.0], 0)], 1.0).bins[0].high == 1.0


def test_a_known_temperature_is_found() -> None:
    random = np.random.default_rng(1)
    items = []
    for _ in range(2000):
        scores = random.normal(0, 2, 4)
        likely = np.exp(scores) / np.exp(scores).sum()
        items.append(asked(list(3 * scores), int(random.choice(4, p=likely))))
    temperature = fit(items)
    assert temperature == pytest.approx(3.0, rel=0.05)
    assert reliability(items, temperature).error < 0.03 < reliability(items, 1.0).error


def test_fields_count_alike() -> None:
    few = [asked([2.0, 0.0], right, "metre") for right in (0, 0, 0, 1)]
    many = [asked([2.0, 0.0], right, "key") for right in (0, 1)] * 50
    assert fit(few) < fit([*few, *many]) < fit(many)
    assert fit([*few, *many]) == pytest.approx(fit([*few * 25, *many]), rel=1e-3)


def test_the_forms_are_those_of_the_studio() -> None:
    known = Truth(("piano", "drums"), "jazz", 120, "4/4", "D major", "calm", "piano")
    said = {
        Form(form).say(value)
        for form in FORMS
        for value in ("jazz", "120", "4/4", "D major", "calm", "piano")
    }
    for topic in ("tempo", "metre", "key", "style", "mood", "lead"):
        assert fact(known, topic) in said
    assert fact(known, "drums").startswith(Form(FORMS[0]).say("yes"))
    assert [form.text for form in load().calibration.forms] == ["{choice}", *FORMS]


def test_questions_have_their_truths_among_the_choices() -> None:
    known = Truth(("piano", "drums"), "jazz", 120, "4/4", "D major", "calm", "piano")
    unknown = Truth(("drums",), None, None, None, None, None, None)
    found = list(questions([known, unknown]))
    fields = {put.field for put in found if put.clip == 0}
    assert fields <= set(FIELDS)
    assert {"tempo class", "key", "metre", "style", "mood", "drums"} <= fields
    told = {put.field: put.choices[put.answers.index(put.right)] for put in found if put.clip == 0}
    assert (told["key"], told["metre"], told["style"]) == ("D major", "4/4", "jazz")
    assert {put.field for put in found if put.clip == 1} <= {"drums", "presence"}
    assert [tempo_class(bpm) for bpm in (60, 89, 90, 129, 130, 180)] == [0, 0, 1, 1, 2, 2]
    assert (TEMPOS[0], TEMPOS[-1]) == ("60", "180")
