"""One answer of several: likelihoods of whole answers, probabilities, "cannot tell", and what is refused."""

import json
import math
import re
from pathlib import Path

import pytest
import torch
from transformers import GenerationConfig

import mullama
from mullama.answer.choice import MAX_CHOICES, Calibration, Choice
from mullama.answer.forms import Form, Trust, stored_forms
from mullama.choosing import choice_likelihoods
from mullama.errors import CheckpointError, UsageError
from mullama.song import MuLlama
from paths import ROOT
from tiny import RATE, clip

QUESTION = "Which key?"
CHOICES = ["D", "D major", "ré mineur", "ニ長調", "no key at all"]


def whole(mu: MuLlama, shifts: torch.Tensor, question: str, answer: str) -> float:
    """By one forward of the model itself, with the end of the answer."""
    before, ids = len(mu.tokens(question)), [*mu.tokens(question, answer), 2]
    with torch.inference_mode():
        logits = mu.model(input_ids=torch.tensor([ids]), shifts=shifts[None]).logits[0]
    logprobs = logits.float().log_softmax(-1)
    return sum(float(logprobs[at - 1, ids[at]]) for at in range(before, len(ids)))


def test_likelihoods_are_those_of_the_whole_answer_and_its_end(mu: MuLlama) -> None:
    song = mu.listen(clip(3, 1.5), sample_rate=RATE)
    found = song.ask(QUESTION, choices=CHOICES)
    for text in CHOICES:
        assert found.logprobs[text] == pytest.approx(
            whole(mu, song.shifts, QUESTION, text), abs=1e-4
        )
    shares = torch.tensor([found.logprobs[text] for text in CHOICES]).softmax(0).tolist()
    assert list(found.probabilities) == CHOICES
    assert list(found.probabilities.values()) == pytest.approx(shares, abs=1e-5)
    assert found.answer == max(CHOICES, key=found.logprobs.__getitem__)
    assert found.probability == max(found.probabilities.values())
    assert found.coverage == pytest.approx(sum(map(math.exp, found.logprobs.values())))
    assert not found.calibrated


def test_a_beginning_is_not_the_whole(mu: MuLlama) -> None:
    """Without its end "D" would always be more probable than "D major"."""
    song = mu.listen(clip(3, 1.5), sample_rate=RATE)
    bare = mu.loglikelihoods([song] * 2, [QUESTION] * 2, ["D", "D major"])
    assert bare[0] > bare[1]
    ended = song.ask(QUESTION, choices=["D", "D major"]).logprobs
    assert ended["D"] < bare[0]
    assert ended["D major"] < bare[1]


def test_a_batch_is_as_one_by_one_in_any_order(mu: MuLlama) -> None:
    songs = [mu.listen(clip(n, 1.5), sample_rate=RATE) for n in (0, 1, 0)] + [mu.no_song()]
    questions = [QUESTION, "Drums?", "Drums?", QUESTION]
    choices = [CHOICES, ["yes", "no"], ["no", "yes"], CHOICES[::-1]]
    together = mu.ask(songs, questions, choices=choices)
    for song, question, texts, found in zip(songs, questions, choices, together, strict=True):
        alone = song.ask(question, choices=texts[::-1])
        assert found.probabilities == pytest.approx(alone.probabilities, abs=1e-4)
        assert (found.answer, found.question, found.audio) == (alone.answer, question, song.name)
    assert mu.ask([], [], choices=[]) == []


def test_what_is_too_improbable_cannot_be_told(mu: MuLlama) -> None:
    song = mu.no_song()
    choices = list("abcdefgh")
    sure = song.ask(QUESTION, choices=choices)
    assert sure.probability < 0.999
    found = song.ask(QUESTION, choices=choices, min_probability=sure.probability + 1e-6)
    assert (found.answer, found.probability) == (None, pytest.approx(sure.probability))
    assert str(found) == "cannot tell"
    again = song.ask(QUESTION, choices=choices, min_probability=sure.probability - 1e-6)
    assert again.answer == sure.answer
    record = found.as_record()
    assert (record["answer"], set(record["probabilities"])) == (None, set(choices))
    assert json.loads(json.dumps(record)) == record


def test_what_is_negligible_is_read_no_further_and_changes_no_probability() -> None:
    mu = mullama.load()
    song = mu.listen(ROOT / "examples" / "rock.mp3")
    question = "What is the tempo in BPM?"
    choices = [f"The tempo is about {n} BPM." for n in range(60, 181)]
    exact = song.ask(question, choices=choices)
    assert exact.calibrated
    for negligible in (1e-6, 1e-4):
        found = song.ask(question, choices=choices, negligible=negligible)
        # What is cut off keeps a bound in place of its probability, and temperature raises both.
        assert found.probabilities == pytest.approx(exact.probabilities, abs=max(negligible, 1e-5))
        assert found.coverage == pytest.approx(exact.coverage, abs=1e-5)
        best = max(exact.logprobs.values())
        cut = 0
        for text, true in exact.logprobs.items():
            if found.logprobs[text] != pytest.approx(true, abs=1e-4):
                assert true < found.logprobs[text] < best + math.log(negligible)
                cut += 1
        assert 0 < cut < len(choices)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([], "0 choices"),
        (["yes"], "1 choices"),
        (["yes", " "], "choice 2 is empty"),
        (["yes", "no", " yes"], "'yes' is there twice"),
        ("yes", "not the one text"),
        ([f"{n}" for n in range(MAX_CHOICES + 1)], f"2 to {MAX_CHOICES}"),
        (["no", "la " * 40], "tokens with its end; 64 are read"),
        (["no", "\ud800"], "not UTF-8"),
        (["no", 3], "choice 2 is no text"),
    ],
)
def test_what_is_no_choice(mu: MuLlama, choices: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        mu.no_song().ask(QUESTION, choices=choices)
    assert "\n" not in str(told.value)


def test_what_does_not_go_with_choices(mu: MuLlama) -> None:
    song = mu.no_song()
    with pytest.raises(UsageError, match=r"leave out seed, temperature"):
        song.ask(QUESTION, choices=["a", "b"], temperature=1.0, seed=1)
    with pytest.raises(UsageError, match="min_probability is for choices"):
        song.ask(QUESTION, min_probability=0.5)
    for wrong in (-0.1, 1.5, float("nan")):
        with pytest.raises(UsageError, match="min_probability is from 0 to 1"):
            song.ask(QUESTION, choices=["a", "b"], min_probability=wrong)
        with pytest.raises(UsageError, match="negligible is from 0 to 1"):
            song.ask(QUESTION, choices=["a", "b"], negligible=wrong)
    with pytest.raises(UsageError, match="negligible is for choices"):
        song.ask(QUESTION, negligible=0.5)
    with pytest.raises(UsageError, match="do not go together"):
        mu.ask([song], [QUESTION], choices=[])


# ------------------------------------------------------- what stands with the weights


def test_trust_and_prior() -> None:
    said = "I say {choice}."
    assert (Calibration().prior, [form.text for form in Calibration().forms]) == (0.0, ["{choice}"])
    stored = Calibration.stored({"choice_forms": {said: {"temperature": 2.0}}, "choice_prior": 0.5})
    bare, form = stored.forms
    assert (bare.trust, form) == (None, Form(said, Trust(temperature=2.0)))
    shares = stored.probabilities([-1.0, -3.0], [-4.0, -4.0], form)
    assert shares == pytest.approx([1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))])
    shares = stored.probabilities([-1.0, -1.0], [-4.0, -8.0], form)
    assert shares[1] / shares[0] == pytest.approx(math.e)
    shares = stored.probabilities([-1.0, -3.0], [], bare)
    assert shares[0] / shares[1] == pytest.approx(math.exp(2))
    assert stored.probabilities([-1e6, -2e6], [], bare) == [1.0, 0.0]


def test_a_lapse_is_shared_by_all_choices() -> None:
    scores = [-1.0, -2.0, -900.0, -1e6]
    plain = torch.tensor(scores).div(3).softmax(0)
    shares = Trust(temperature=3.0, lapse=0.2).probabilities(scores)
    assert shares == pytest.approx((0.8 * plain + 0.2 / 4).tolist())
    assert sum(shares) == pytest.approx(1)
    assert Trust(lapse=1.0).probabilities(scores) == [0.25] * 4


def test_the_folder_says_it_and_loading_reads_it(folder: Path) -> None:
    path = folder / "generation_config.json"
    stored = json.loads(path.read_text())
    assert not mullama.load(folder).no_song().ask(QUESTION, choices=["a", "b"]).calibrated
    trust = {"temperature": 3.0, "lapse": 0.1}
    said = {"choice_forms": {"{choice}": trust, "I say {choice}.": None}, "choice_prior": 0.25}
    path.write_text(json.dumps(stored | said))
    mu = mullama.load(folder)
    assert mu.calibration.forms == (Form("{choice}", Trust(**trust)), Form("I say {choice}."))
    assert mu.calibration.prior == 0.25
    # What is not read by transformers is written again by it.
    mu.model.generation_config.save_pretrained(folder)
    assert json.loads(path.read_text()).items() >= said.items()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"choice_prior": "x"}, "choice_prior"),
        ({"choice_prior": 2.5}, "choice_prior"),
        ({"choice_forms": {"no place": None}}, "hold {choice} once"),
        ({"choice_forms": {"x" * 201 + "{choice}": None}}, "hold {choice} once"),
        ({"choice_forms": {f"{n} {{choice}}": None for n in range(40)}}, "40 forms"),
        ({"choice_forms": ["{choice}"]}, "choice_forms"),
        ({"choice_forms": {"{choice}": 2.0}}, "choice_forms: {choice}"),
        ({"choice_forms": {"{choice}": {"temperature": 0}}}, "temperature: expected"),
        ({"choice_forms": {"{choice}": {"temperature": float("nan")}}}, "NaN is no JSON number"),
        ({"choice_forms": {"{choice}": {"temperature": 1e9}}}, "temperature: expected"),
        ({"choice_forms": {"{choice}": {"lapse": 1.1}}}, "lapse: expected"),
        ({"choice_forms": {"{choice}": {"lapse": -0.1}}}, "lapse: expected"),
        ({"choice_forms": {"{choice}": {"prior": 1.0}}}, "unknown key 'prior'"),
    ],
)
def test_hostile_settings(folder: Path, wrong: dict[str, object], words: str) -> None:
    path = folder / "generation_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    with pytest.raises(CheckpointError, match=re.escape(words)) as told:
        mullama.load(folder)
    assert "\n" not in str(told.value)


def test_a_choice_is_said_in_the_models_forms(mu: MuLlama) -> None:
    song = mu.listen(clip(1, 1.5), sample_rate=RATE)
    mu.calibration = Calibration(
        forms=stored_forms(dict.fromkeys(["It is {choice}.", "{Choice}, ..."]))
    )
    (found,) = choice_likelihoods(mu, [song], [QUESTION], [["d", "e"]])
    for text, told in zip(["d", "e"], found.logprobs, strict=True):
        parts = [whole(mu, song.shifts, QUESTION, said) for said in (text, f"It is {text}.")]
        parts += mu.loglikelihoods([song], [QUESTION], [f"{text.upper()},"])
        assert told == pytest.approx(float(torch.tensor(parts).logsumexp(0)), abs=1e-4)
    # Whole sentences are not put into a form once more.
    (found,) = choice_likelihoods(mu, [song], [QUESTION], [["It is d.", "It is e."]])
    sentence = whole(mu, song.shifts, QUESTION, "It is d.")
    assert found.logprobs[0] == pytest.approx(sentence, abs=1e-4)


def test_trust_is_that_of_the_form_that_is_likeliest(mu: MuLlama) -> None:
    song = mu.listen(clip(1, 1.5), sample_rate=RATE)
    texts = ["It is {choice}.", "{Choice}, ..."]
    mu.calibration = Calibration(forms=stored_forms(dict.fromkeys(texts)))
    (found,) = choice_likelihoods(mu, [song], [QUESTION], [["d", "e"]])
    totals = {
        form.text: sum(
            math.exp(
                whole(mu, song.shifts, QUESTION, form.say(text))
                if form.ends
                else mu.loglikelihoods([song], [QUESTION], [form.say(text)])[0]
            )
            for text in ("d", "e")
        )
        for form in mu.calibration.forms
    }
    assert found.form.text == max(totals, key=totals.__getitem__)
    trust = {"temperature": 5.0, "lapse": 0.3}
    for trusted in totals:
        mu.calibration = Calibration(forms=stored_forms({**dict.fromkeys(texts), trusted: trust}))
        told = song.ask(QUESTION, choices=["d", "e"])
        assert told.calibrated is (trusted == found.form.text)
        by = Trust(**trust) if told.calibrated else Trust()
        expected = by.probabilities(list(told.logprobs.values()))
        assert list(told.probabilities.values()) == pytest.approx(expected)


def test_forms() -> None:
    form = Form("{Choice}, ...")
    assert (form.head, form.ends, form.say("yes, sir")) == ("", False, "Yes, sir,")
    form = Form("The key is {choice}.")
    assert (form.head, form.ends, form.say("D{choice}")) == (
        "The key is",
        True,
        "The key is D{choice}.",
    )
    assert all(map(form.says, ("The key is D major.", "The key is D..")))
    assert not any(map(form.says, ("The key is D", "The key is .", "the key is D.", "", "D.")))
    form = Form("{Choice}, there is ...")
    assert (form.ends, form.say("yes"), form.says("No, there is no piano.")) == (
        False,
        "Yes, there is",
        True,
    )
    assert not any(map(form.says, ("No", ", there is", "No, there are no drums.")))
    for wrong in ("", "key", "{choice} {Choice}", "{choice}" * 2, "x" * 300 + "{choice}"):
        with pytest.raises(CheckpointError, match="choice"):
            Form(wrong)


def test_the_small_model_chooses_as_it_answers() -> None:
    mu = mullama.load()
    song = mu.listen(ROOT / "examples" / "waltz.flac")
    for question, choices, sentence in (
        ("What is the time signature?", ["4/4", "3/4", "6/8"], "The time signature is {}."),
        ("Is there a violin?", ["yes", "no"], "{}"),
    ):
        found = song.ask(question, choices=choices)
        assert isinstance(found, Choice)
        assert found.calibrated
        said = song.ask(question).text.lower()
        if sentence == "{}":
            assert said.startswith(f"{found.answer},")
        else:
            assert said == sentence.format(found.answer).lower()
            sentences = [sentence.format(choice) for choice in choices]
            again = song.ask(question, choices=sentences)
            assert again.calibrated
            assert list(again.probabilities.values()) == pytest.approx(
                list(found.probabilities.values()), abs=1e-3
            )


def test_a_setting_of_transformers_own_stays(mu: MuLlama) -> None:
    """Settings of choices are no options of `generate`, and do not disturb it."""
    mu.model.generation_config = GenerationConfig(
        choice_forms={"I say {choice}.": {"temperature": 2.0}}, max_new_tokens=2, eos_token_id=2
    )
    again = MuLlama(mu.model, mu.tokenizer, name="tiny", decoder=mu.decoder)
    assert again.calibration.forms[1] == Form("I say {choice}.", Trust(temperature=2.0))
    ids = torch.tensor([mu.tokens(QUESTION)])
    assert mu.model.generate(ids, do_sample=False).shape[1] > ids.shape[1]
