"""Songs, questions and answers to choose from -> how likely each answer is, and which one it is."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from mullama.answer import prompt
from mullama.answer.choice import MAX_CHOICE_TOKENS, Calibration, Choice, check_choices
from mullama.answer.forms import Form
from mullama.answer.likelihood import go_on
from mullama.errors import UsageError

if TYPE_CHECKING:
    from mullama.song import MuLlama, Song

UNLIKELY = 7.0
"""A form whose head is so many nats less likely than another's is not looked at: a thousandth."""
SENTENCE_ENDS = (".", "!", "?")
"""Choices that all end like this are said as they are."""
SURE = math.log(0.5)
"""Where a head is likelier than this, a choice without any head is not looked at."""


@dataclass(frozen=True)
class Likelihoods:
    """Of the choices of one question."""

    logprobs: list[float]
    """Natural logarithms, of a choice in all forms together."""
    form: Form
    """The one in which they are said most: what they are trusted by."""


@dataclass(frozen=True)
class Said:
    """An answer whose likelihood is wanted."""

    song: "Song"
    question: str
    text: str
    ends: bool
    """Whether it is the whole answer: "D" is then no beginning of "D major"."""


def likelihoods(
    mu: "MuLlama", answers: Sequence[Said], *, between: Callable[[], None] = go_on
) -> list[float]:
    """The natural logarithm of the probability of each answer, in one batch.

    Tokens are those that training would give it. A song's question is read once, whatever the number
    of its answers. `between` is called before each pass through the language model; what it raises ends
    all. Raises UsageError for an answer without tokens or with too many, and for texts that
    are longer than the language model can read.
    """
    prompts: list[list[int]] = []
    songs: list[Song] = []
    known: dict[tuple[int, tuple[int, ...]], int] = {}
    rows = []
    read = cache(partial(_tokens, mu))  # many songs are asked the same
    for answer in answers:
        asked, said = read(answer.question, answer.text, answer.ends)
        place = known.setdefault((id(answer.song), tuple(asked)), len(prompts))
        if place == len(prompts):
            prompts.append(asked)
            songs.append(answer.song)
        rows.append((place, said))
    if not rows:
        return []
    return mu.score(songs, prompts, rows, between=between)


def choose(
    mu: "MuLlama",
    songs: "Sequence[Song]",
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
    min_probability: float = 0.0,
    *,
    between: Callable[[], None] = go_on,
) -> list[Choice]:
    """One of `choices[i]` as the answer to `questions[i]` about `songs[i]`, all in one batch.

    No answer is told that is less probable than `min_probability`. `between` is called before each pass
    through the language model, of which many choices take many; what it raises ends all. Raises UsageError
    for choices that are empty, alike, too many or too long.
    """
    if not len(songs) == len(questions) == len(choices):
        raise UsageError(
            f"{len(songs)} songs, {len(questions)} questions and {len(choices)} lists of choices do "
            "not go together"
        )
    known: dict[tuple[str, int], list[str]] = {}
    checked = []
    for question, texts in zip(questions, choices, strict=True):
        same = question, id(texts)  # many songs are asked the same
        if same not in known:
            known[same] = check_choosing(mu, question, texts, min_probability)
        checked.append(known[same])
    heard = choice_likelihoods(mu, songs, questions, checked, between=between)
    unheard: list[list[float]] = [[] for _ in checked]
    if mu.calibration.prior:
        nothing = [mu.no_song()] * len(songs)
        found = choice_likelihoods(mu, nothing, questions, checked, between=between)
        unheard = [one.logprobs for one in found]
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
    *,
    between: Callable[[], None] = go_on,
) -> list[Likelihoods]:
    """Of the choices of each question, each said in all the forms in which the model may say it."""
    asked = list(zip(songs, questions, choices, strict=True))
    forms = _likely_forms(mu, songs, questions, choices)
    rows = [
        Said(song, question, form.say(choice), form.ends)
        for (song, question, texts), known in zip(asked, forms, strict=True)
        for choice in texts
        for form in known
    ]
    found = iter(likelihoods(mu, rows, between=between))
    return [
        _together(mu.calibration.forms, texts, known, [[next(found) for _ in known] for _ in texts])
        for (_, _, texts), known in zip(asked, forms, strict=True)
    ]


def _together(
    forms: Sequence[Form],
    choices: Sequence[str],
    known: Sequence[Form],
    scores: Sequence[Sequence[float]],
) -> Likelihoods:
    """`scores` has the likelihood of each choice in each known form; choices may be whole sentences."""
    logprobs = [_log_sum(row) for row in scores]
    shares = [_log_sum(column) for column in zip(*scores, strict=True)]
    form = known[shares.index(max(shares))]
    if form.is_bare:
        best = choices[logprobs.index(max(logprobs))]
        form = next((one for one in forms if not one.is_bare and one.says(best)), form)
    return Likelihoods(logprobs, form)


def _likely_forms(
    mu: "MuLlama",
    songs: "Sequence[Song]",
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
) -> list[list[Form]]:
    """Those that a question is answered in: what stands before the choice tells which are out."""
    forms = mu.calibration.forms
    heads = list(dict.fromkeys(form.head for form in forms if form.head))
    whole = [all(text.endswith(SENTENCE_ENDS) for text in texts) for texts in choices]
    rows = [
        Said(song, question, head, ends=False)
        for song, question, sentences in zip(songs, questions, whole, strict=True)
        for head in heads
        if not sentences
    ]
    found = iter(likelihoods(mu, rows))
    bare = [form for form in forms if form.is_bare]
    return [
        bare if sentences else _forms_among(forms, {head: next(found) for head in heads}, texts)
        for texts, sentences in zip(choices, whole, strict=True)
    ]


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
    heard: Likelihoods,
    unheard: Sequence[float],
) -> Choice:
    shares = calibration.probabilities(heard.logprobs, unheard, heard.form)
    best = max(range(len(shares)), key=shares.__getitem__)
    return Choice(
        answer=choices[best] if shares[best] >= min_probability else None,
        probability=shares[best],
        probabilities=dict(zip(choices, shares, strict=True)),
        calibrated=heard.form.trust is not None,
        logprobs=dict(zip(choices, heard.logprobs, strict=True)),
        question=question,
        audio=song.name,
        seconds_heard=song.seconds_heard,
        seconds_total=song.seconds_total,
        model=model,
    )


def _log_sum(values: Sequence[float]) -> float:
    best = max(values)
    return best + math.log(sum(math.exp(value - best) for value in values))


def _tokens(mu: "MuLlama", question: str, text: str, ends: bool) -> tuple[list[int], list[int]]:
    """What is read before an answer, and the answer's own tokens, with the end where it ends."""
    before, whole = mu.tokens(question), _whole(mu, question, text)
    said = whole[len(before) :]
    if not said:
        raise UsageError("an empty answer has no likelihood")
    # One more for the end.
    if len(whole) + 1 > mu.model.config.text_config.max_position_embeddings:
        raise UsageError("question and answer are longer than the language model can read")
    return whole[: len(before)], [*said, _end(mu)] if ends else said


def _whole(mu: "MuLlama", question: str, text: str) -> list[int]:
    prompt.require_text(text, "answer")
    return mu.tokens(question, prompt.follow(mu.prompt_name, text) if text else "")


def _end(mu: "MuLlama") -> int:
    """The token that ends an answer, as training puts it."""
    end: int = mu.tokenizer.eos_token_id
    return min(mu.stop) if mu.stop and end not in mu.stop else end
