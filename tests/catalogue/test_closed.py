"""Closed questions about what was said, and the probability of it among all that might be said."""

from pathlib import Path

import pytest

from mullama.answer.choice import Choice
from mullama.answer.forms import Form
from mullama.catalogue.caption_options import TextOptions
from mullama.catalogue.closed import closed_questions, with_chosen
from mullama.catalogue.compose import MIN_COVERAGE, Maker, compose
from mullama.catalogue.describe import GREEDY, describe
from mullama.catalogue.questions import FIELD_QUESTIONS, all_questions
from mullama.catalogue.sound_answers import Said, SoundAnswers
from mullama.engine import Engine
from mullama.open_model import load
from mullama.studio.words.vocabularies import VOCABULARIES
from paths import ROOT

SAID = {
    "tempo": Said("The tempo is about 100 BPM.", 0.1),
    "key": Said("There is no clear key.", 0.9),
    "metre": Said("The time signature is 7/8.", 0.5),
    "instruments": Said("I hear organ and drums.", 0.4),
    "style": Said("The style is jazz.", 0.6),
    "drums": Said("Yes, there are drums.", 0.9),
    "vocals": Said("There is a female singer.", 0.8),
}
FORMS = (Form("{choice}"), Form("The tempo is about {choice} BPM."))


def choice(probabilities: dict[str, float], *, calibrated: bool = True) -> Choice:
    logprobs = dict.fromkeys(probabilities, float("-inf")) | {next(iter(probabilities)): 0.0}
    found = Choice(None, 0.0, probabilities, calibrated, logprobs, "", "", 1.0, 1.0, "")
    assert found.coverage == 1.0
    return found


def test_what_is_asked_goes_by_what_was_said() -> None:
    asked = closed_questions(SAID, FORMS)
    assert [(one.field, one.question) for one in asked] == [
        ("tempo", "What is the tempo in BPM?"),
        ("instruments", "Is there an organ?"),
        ("instruments", "Are there drums?"),
        ("style", "What is the style?"),
        ("drums", "Are there drums?"),
        ("vocals", "Is there a female singer?"),
    ]
    assert asked[0].said == {f"The tempo is about {bpm} BPM." for bpm in range(96, 105)}
    assert asked[1].choices == ("Yes, there is an organ.", "No, there is no organ.")
    assert asked[3].choices == VOCABULARIES["style"]  # no form says it
    assert closed_questions({"tempo": Said("The tempo is about 300 BPM.", 1.0)}, FORMS) == []


def test_instrumental_is_that_no_kind_of_singer_is_there() -> None:
    asked = closed_questions({"vocals": Said("I hear no singer.", 0.9)}, FORMS)
    assert [one.question for one in asked] == [
        "Is there a female singer?",
        "Is there a male singer?",
        "Is there a choir?",
    ]
    assert {one.said for one in asked} == {frozenset({"no"})}
    assert not closed_questions(
        {"vocals": Said("Whether somebody sings is not clear.", 1.0)}, FORMS
    )


def test_probabilities_of_near_tempos_add_up_and_the_least_instrument_counts() -> None:
    asked = closed_questions(SAID, FORMS)
    tempo = {FORMS[1].say(str(bpm)): 0.05 if 96 <= bpm < 110 else 0.0 for bpm in range(60, 181)}
    presences = [
        choice(dict(zip(one.choices, (share, 1 - share), strict=True)))
        for one, share in zip(asked[1:3], (0.7, 0.6), strict=True)
    ]
    style = choice(dict.fromkeys(asked[3].choices, 0.01) | {"jazz": 0.8}, calibrated=False)
    drums, singer = (
        choice(dict(zip(one.choices, shares, strict=True)))
        for one, shares in zip(asked[4:], ((1.0, 0.0), (0.9, 0.1)), strict=True)
    )
    found = with_chosen(SAID, asked, [choice(tempo), *presences, style, drums, singer])
    assert found["tempo"] == Said(SAID["tempo"].text, 0.1, chosen=0.45, coverage=1.0)
    assert found["instruments"].chosen == 0.6
    assert found["key"] == SAID["key"]
    assert found["style"] == SAID["style"]
    assert found["drums"].chosen == 1.0
    assert found["vocals"].chosen == 0.9


@pytest.mark.parametrize("coverage", [MIN_COVERAGE, MIN_COVERAGE - 0.01])
def test_little_coverage_cannot_tell(coverage: float) -> None:
    answers = {name: Said("I hear no music.", 1.0) for name in all_questions({})}
    answers["key"] = Said("The key is D major.", 0.3, chosen=0.9, coverage=coverage)
    heard = SoundAnswers.from_json(SoundAnswers("0" * 64, 1.0, 1.0, answers).to_json(), "here")
    assert heard.answers == answers
    record = compose("a.mp3", heard, TextOptions(), Maker("m", "p", "v"))
    told = ("D major", 0.9, True) if coverage >= MIN_COVERAGE else (None, 0.3, False)
    field = record.fields["key"]
    assert (field.value, field.probability, field.calibrated) == told
    assert not record.fields["style"].calibrated


def test_the_small_models_fields_are_as_asked_alone() -> None:
    """All songs of a batch are asked at once; each field then is as its song tells by itself."""
    mu = load()
    files = [ROOT / "examples" / name for name in ("jig.flac", "waltz.flac")]
    sounds: list[tuple[Path, str]] = [(path, f"{n}" * 64) for n, path in enumerate(files)]
    together = describe(Engine(mu), sounds, all_questions({}))
    for path, heard in zip(files, together, strict=True):
        song = mu.listen(path)
        for one in closed_questions(heard.answers, mu.calibration.forms):
            if one.field in ("instruments", "vocals"):
                continue
            said = heard.answers[one.field]
            assert said.text == song.ask(FIELD_QUESTIONS[one.field], **GREEDY).text
            vocabulary = VOCABULARIES[one.field]
            alone = song.ask(one.question, choices=vocabulary)
            shares = sum(
                alone.probabilities[value]
                for value, sentence in zip(vocabulary, one.choices, strict=True)
                if sentence in one.said
            )
            assert said.chosen == pytest.approx(shares, abs=2e-3)
            assert said.coverage == pytest.approx(alone.coverage, abs=2e-3)
            assert said.text in one.said
        assert 0 < (heard.answers["instruments"].chosen or 0) <= 1
