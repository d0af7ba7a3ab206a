"""Songs, questions and answers to choose from -> how likely each answer is, and which one it is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mullama.answer import prompt
from mullama.answer.choice import MAX_CHOICE_TOKENS, Calibration, Choice, check_choices
from mullama.answer.forms import Form
from mullama.answer.likelihood import loglikelihoods
from mullama.errors import UsageError

if TYPE_CHECKING:
    from mullama.song import MuLlama, Song

UNLIKELY = 7.0
"""A form whose head is so many nats less likely than another's is not looked at: a thousandth."""
SURE = math.log(0.5)
"""Where a head is likelier than this, a choice without any head is not looked at."""


@dataclass(frozen=True)
class Said:
    """An answer whose likelihood is wanted."""

    song: "Song"
    question: str
    text: str
    ends: bool
    """Whether it is the whole answer: "D" is then no beginning of "D major"."""


def likelihoods(mu: "MuLlama", answers: Sequence[Said]) -> list[float]:
    """The natural logarithm of the probability of each answer, in one batch.

    Tokens are those that training would give it. A song's question is read once, whatever the number
    of its answers. Raises UsageError for an answer without tokens or with too many, and for texts that
    are longer than the language model can read.
    """
    prompts: list[list[int]] = []
    shifts: list[torch.Tensor] = []
    known: dict[tuple[int, tuple[int, ...]], int] = {}
    rows = []
    for answer in answers:
        asked, said = _tokens(mu, answer)
        place = known.setdefault((id(answer.song), tuple(asked)), len(prompts))
        if place == len(prompts):
            prompts.append(asked)
            shifts.append(answer.song.shifts)
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
    if not len(songs) == len(questions) == len(choices):
        raise UsageError(
            f"{len(songs)} songs, {len(questions)} questions and {len(choices)} lists of choices do "
            "not go together"
        )
    checked = [
        check_choosing(mu, question, texts, min_probability)
        for question, texts in zip(questions, choices, strict=True)
    ]
    heard = choice_likelihoods(mu, songs, questions, checked)
    unheard: list[list[float]] = [[] for _ in checked]
    if mu.calibration.prior:
        nothing = [mu.no_song()] * len(songs)
        unheard = choice_likelihoods(mu, nothing, questions, checked)
    rows = zip(songs, questions, checked, heard, unheard, strict=True)
    return [_choice(mu.calibration, mu.name, min_probability, *row) for row in rows]


def check_choosing(
    mu: "MuLlama", question: str, choices: Sequence[str], min_probability: float
) -> list[str]:
    """The choices as they are read; raises UsageError as `choose` does."""
    texts = check_choices(choices, min_probability)
    before = len(mu.tokens(question))
    for text in texts:
        # One more for the end.
        count = len(_whole(mu, question, text)) - before + 1
        if count > MAX_CHOICE_TOKENS:
            raise UsageError(
                f"the choice {text[:40]!r}... has {count} tokens with its end; {MAX_CHOICE_TOKENS} "
                "are read"
            )
    return texts


def choice_likelihoods(
    mu: "MuLlama",
    songs: "Sequence[Song]",
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
) -> list[list[float]]:
    """Of the choices of each question, each said in all the forms in which the model may say it."""
    asked = list(zip(songs, questions, choices, strict=True))
    forms = _likely_forms(mu, songs, questions, choices)
    rows = [
        Said(song, question, form.say(choice), form.ends)
        for (song, question, texts), known in zip(asked, forms, strict=True)
        for choice in texts
        for form in known
    ]
    found = iter(likelihoods(mu, rows))
    return [
        [_log_sum([next(found) for _ in known]) for _ in texts]
        for (_, _, texts), known in zip(asked, forms, strict=True)
    ]


def _likely_forms(
    mu: "MuLlama",
    songs: "Sequence[Song]",
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
) -> list[list[Form]]:
    """Those that a question is answered in: what stands before the choice tells which are out."""
    forms = mu.calibration.forms
    heads = list(dict.fromkeys(form.head for form in forms if form.head))
    pairs = list(zip(songs, questions, strict=True))
    rows = [Said(*pair, head, ends=False) for pair in pairs for head in heads]
    found = iter(likelihoods(mu, rows))
    return [_forms_among(forms, {head: next(found) for head in heads}, texts) for texts in choices]


def _forms_among(
    forms: Sequence[Form], heads: Mapping[str, float], choices: Sequence[str]
) -> list[Form]:
    """By the likelihood of each head; choices that are whole sentences already need no head."""
    bare = [form for form in forms if not form.head]
    best = max(heads.values(), default=-math.inf)
    likely = [form for form in forms if heads.get(form.head, -math.inf) >= best - UNLIKELY]
    if any(choice.startswith(form.head) for form in likely for choice in choices):
        return bare
    return likely if best > SURE else [*bare, *likely]


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


def _log_sum(values: Sequence[float]) -> float:
    best = max(values)
    return best + math.log(sum(math.exp(value - best) for value in values))


def _tokens(mu: "MuLlama", answer: Said) -> tuple[list[int], list[int]]:
    """What is read before an answer, and the answer's own tokens, with the end where it ends."""
    before, whole = mu.tokens(answer.question), _whole(mu, answer.question, answer.text)
    said = whole[len(before) :]
    if not said:
        raise UsageError("an empty answer has no likelihood")
    # One more for the end.
    if len(whole) + 1 > mu.model.config.text_config.max_position_embeddings:
        raise UsageError("question and answer are longer than the language model can read")
    return whole[: len(before)], [*said, _end(mu)] if answer.ends else said


def _whole(mu: "MuLlama", question: str, text: str) -> list[int]:
    prompt.require_text(text, "answer")
    return mu.tokens(question, prompt.follow(mu.prompt_name, text) if text else "")


def _end(mu: "MuLlama") -> int:
    """The token that ends an answer, as training puts it."""
    end: int = mu.tokenizer.eos_token_id
    return min(mu.stop) if mu.stop and end not in mu.stop else end
