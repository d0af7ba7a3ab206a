"""How likely given answers are: those that the model generates itself tell what it must be."""

import pytest
import torch

from mullama.errors import UsageError
from mullama.song import MuLlama
from tiny import RATE, clip

QUESTIONS = ("Key?", "What plays, and how loud is it?")


def test_a_generated_answer_is_as_likely_as_its_tokens_were(mu: MuLlama) -> None:
    songs = [mu.listen(clip(n, 1.5), sample_rate=RATE) for n in range(2)]
    for song, question in zip(songs, QUESTIONS, strict=True):
        answer = song.ask(question, max_new_tokens=6)
        prompt = mu.tokens(question)
        if mu.tokens(question, answer.text)[len(prompt) :] != answer.token_ids:
            continue  # an untrained model's bytes are no text that is read back alike
        (found,) = mu.loglikelihoods([song], [question], [answer.text])
        assert found == pytest.approx(sum(answer.token_logprobs), rel=1e-4)


def test_a_batch_is_as_its_rows_alone_and_as_the_whole_forward(mu: MuLlama) -> None:
    songs = [mu.listen(clip(n, 1.5), sample_rate=RATE) for n in (0, 1, 0, 1)]
    questions = [QUESTIONS[n % 2] for n in range(4)]
    answers = ["C", "It is in C major.", "a flute", "Yes, there is a piano in it."]
    together = mu.loglikelihoods(songs, questions, answers)
    for row in zip(songs, questions, answers, together, strict=True):
        song, question, answer, found = row
        assert mu.loglikelihoods([song], [question], [answer])[0] == pytest.approx(found, rel=1e-4)
        prompt, whole = mu.tokens(question), mu.tokens(question, answer)
        with torch.inference_mode():
            logits = mu.model(
                input_ids=torch.tensor([whole]), shifts=song.shifts[None]
            ).logits.log_softmax(-1)
        places = range(len(prompt), len(whole))
        told = sum(float(logits[0, place - 1, whole[place]]) for place in places)
        assert found == pytest.approx(told, rel=1e-4)


def test_what_many_answers_begin_with_is_read_once_and_changes_nothing(mu: MuLlama) -> None:
    songs = [mu.listen(clip(n, 1.5), sample_rate=RATE) for n in range(2)]
    answers = [f"The melody is played by {n} of them." for n in range(40)] + ["The melody"]
    asked = [(song, answer) for song in songs for answer in answers]
    together = mu.loglikelihoods(
        [song for song, _ in asked], ["Key?"] * len(asked), [answer for _, answer in asked]
    )
    for number in (0, 11, 40, 41, 81):
        song, answer = asked[number]
        (alone,) = mu.loglikelihoods([song], ["Key?"], [answer])
        assert together[number] == pytest.approx(alone, rel=1e-4)


def test_without_a_song_the_language_model_answers_alone(mu: MuLlama) -> None:
    nothing = mu.no_song()
    assert not nothing.shifts.any()
    assert (nothing.seconds_heard, nothing.nbytes > 0) == (0.0, True)
    answer = nothing.ask("Key?", max_new_tokens=8)
    tokens = mu.tokens("Key?")
    with torch.inference_mode():
        logits = mu.model(input_ids=torch.tensor([tokens])).logits[0, -1]
    assert answer.token_ids[0] == int(logits.argmax())


def test_what_has_no_likelihood(mu: MuLlama) -> None:
    song = mu.no_song()
    with pytest.raises(UsageError, match="empty answer"):
        mu.loglikelihoods([song], ["Key?"], [""])
    with pytest.raises(UsageError, match="longer than"):
        mu.loglikelihoods([song], ["Key?"], ["la " * 20_000])
