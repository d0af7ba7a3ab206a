"""Songs, questions and answers to choose from -> how likely each answer is, and which one it is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from mullama.answer import prompt
from mullama.answer.choice import MAX_CHOICE_TOKENS, Calibration, Choice, check_choices
from mullama.answer.likelihood import loglikelihoods
from mullama.errors import UsageError

if TYPE_CHECKING:
    from mullama.song import MuLlama, Song


def answer_likelihoods(
    mu: "MuLlama",
    songs: "Sequence[Song]",
    questions: Sequence[str],
    answers: Sequence[str],
    *,
    ended: bool,
    longest: int | None = None,
) -> list[float]:
    """The natural logarithm of the probability of `answers[i]` to `questions[i]` about `songs[i]`.

    With `ended`, that it is the whole answer: "D" is then no beginning of "D major". Tokens are those
    that training would give it. A song's question is read once, whatever the number of its answers.
    Raises UsageError for an answer without tokens or with more than `longest`, and for texts that are
    longer than the language model can read.
    """
    prompts: list[list[int]] = []
    shifts: list[torch.Tensor] = []
    known: dict[tuple[int, tuple[int, ...]], int] = {}
    rows = []
    for song, question, text in zip(songs, questions, answers, strict=True):
        asked, said = _tokens(mu, question, text)
        said += [_end(mu)] if ended else []
        if longest is not None and len(said) > longest:
            raise UsageError(f"{text[:40]!r}... has {len(said)} tokens; a choice has {longest}")
        place = known.setdefault((id(song), tuple(asked)), len(prompts))
        if place == len(prompts):
            prompts.append(asked)
            shifts.append(song.shifts)
        rows.append((place, said))
    if not rows:
        return []
    return loglikelihoods(mu.decoder, prompts, rows, torch.stack(shifts), device=mu.device)


def choose(
    mu: "MuLlama",
    songs: "Sequence[Song]",
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
    min_probability: float = 0.0,
) -> list[Choice]:
    """One of `choices[i]` as the answer to `questions[i]` about `songs[i]`, all in one batch.

    No answer is told that is less probable than `min_probability`. Raises UsageError for choices that
    are empty, alike, too many or too long.
    """
    if not 0 <= min_probability <= 1:
        raise UsageError(f"min_probability is from 0 to 1, not {min_probability!r}")
    if not len(songs) == len(questions) == len(choices):
        raise UsageError(
            f"{len(songs)} songs, {len(questions)} questions and {len(choices)} lists of choices do "
            "not go together"
        )
    checked = [check_choices(one) for one in choices]
    heard = _likelihoods(mu, songs, questions, checked)
    unheard: list[list[float]] = [[] for _ in checked]
    if mu.calibration.prior:
        nothing = mu.no_song()
        unheard = _likelihoods(mu, [nothing] * len(songs), questions, checked)
    rows = zip(songs, questions, checked, heard, unheard, strict=True)
    return [_choice(mu.calibration, mu.name, min_probability, *row) for row in rows]


def _likelihoods(
    mu: "MuLlama",
    songs: "Sequence[Song]",
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
) -> list[list[float]]:
    """Of the choices of each question, in one batch."""
    rows = [
        (song, question, text)
        for song, question, texts in zip(songs, questions, choices, strict=True)
        for text in texts
    ]
    if not rows:
        return []
    asked, questions, texts = zip(*rows, strict=True)
    found = iter(
        answer_likelihoods(mu, asked, questions, texts, ended=True, longest=MAX_CHOICE_TOKENS)
    )
    return [[next(found) for _ in texts] for texts in choices]


def _choice(
    calibration: Calibration,
    model: str,
    min_probability: float,
    song: "Song",
    question: str,
    choices: Sequence[str],
    heard: Sequence[float],
    unheard: Sequence[float],
) -> Choice:
    shares = calibration.probabilities(heard, unheard)
    best = max(range(len(shares)), key=shares.__getitem__)
    return Choice(
        answer=choices[best] if shares[best] >= min_probability else None,
        probability=shares[best],
        probabilities=dict(zip(choices, shares, strict=True)),
        calibrated=calibration.fitted,
        logprobs=dict(zip(choices, heard, strict=True)),
        question=question,
        audio=song.name,
        seconds_heard=song.seconds_heard,
        seconds_total=song.seconds_total,
        model=model,
    )


def _tokens(mu: "MuLlama", question: str, text: str) -> tuple[list[int], list[int]]:
    """What is read before an answer, and the answer's own tokens."""
    if not text:
        raise UsageError("an empty answer has no likelihood")
    prompt.require_text(text, "answer")
    before = mu.tokens(question)
    whole = mu.tokens(question, prompt.follow(mu.prompt_name, text))
    if len(whole) <= len(before):
        raise UsageError(f"the answer {text!r} has no tokens of its own")
    # One more for the end.
    if len(whole) + 1 > mu.model.config.text_config.max_position_embeddings:
        raise UsageError("question and answer are longer than the language model can read")
    return whole[: len(before)], whole[len(before) :]


def _end(mu: "MuLlama") -> int:
    """The token that ends an answer, as training puts it."""
    end: int = mu.tokenizer.eos_token_id
    return min(mu.stop) if mu.stop and end not in mu.stop else end
