"""Songs, questions and answers to choose from -> how likely each answer is, and which one it is."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mullama.answer.choice import MAX_CHOICE_TOKENS, Calibration, Choice, check_choices
from mullama.answer.forms import Form
from mullama.answer.likelihood import go_on
from mullama.errors import UsageError
from mullama.given_answers import GivenAnswer, HeardSong, Reader, likelihoods, whole

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


def choose(
    mu: Reader,
    songs: Sequence[HeardSong],
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
    min_probability: float = 0.0,
    *,
    negligible: float = 0.0,
    between: Callable[[], None] = go_on,
) -> list[Choice]:
    """One of `choices[i]` as the answer to `questions[i]` about `songs[i]`, all in one batch.

    No answer is told that is less probable than `min_probability`. A choice that is known to be at most
    `negligible` once its beginning is read need not be read to its end: its probability is off by less, and
    its log-probability may be that of the beginning. `between` is called before each pass
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
    if not 0 <= negligible < 1:
        raise UsageError(f"negligible is from 0 to 1, not {negligible!r}")
    if mu.calibration.prior:
        negligible = 0.0  # what is unlikely about the music may be less likely still without it
    heard = choice_likelihoods(
        mu, songs, questions, checked, negligible=negligible, between=between
    )
    unheard: list[list[float]] = [[] for _ in checked]
    if mu.calibration.prior:
        nothing = [mu.no_song()] * len(songs)
        found = choice_likelihoods(mu, nothing, questions, checked, between=between)
        unheard = [one.logprobs for one in found]
    rows = zip(songs, questions, checked, heard, unheard, strict=True)
    return [_choice(mu.calibration, mu.name, min_probability, *row) for row in rows]


def check_choosing(
    mu: Reader, question: str, choices: Sequence[str], min_probability: float
) -> list[str]:
    """The choices as they are read; raises UsageError as `choose` does."""
    texts = check_choices(choices, min_probability)
    before = len(mu.tokens(question))
    for text in texts:
        # One more for the end.
        count = len(whole(mu, question, text)) - before + 1
        if count > MAX_CHOICE_TOKENS:
            raise UsageError(
                f"the choice {text[:40]!r}... has {count} tokens with its end; {MAX_CHOICE_TOKENS} "
                "are read"
            )
    return texts


def choice_likelihoods(
    mu: Reader,
    songs: Sequence[HeardSong],
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
    *,
    negligible: float = 0.0,
    between: Callable[[], None] = go_on,
) -> list[Likelihoods]:
    """Of the choices of each question, each said in all the forms in which the model may say it."""
    asked = list(zip(songs, questions, choices, strict=True))
    forms = _likely_forms(mu, songs, questions, choices)
    margins = [
        _margin(mu.calibration.forms, *row, negligible) for row in zip(choices, forms, strict=True)
    ]
    rows = [
        GivenAnswer(song, question, form.say(choice), form.ends, margin)
        for (song, question, texts), known, margin in zip(asked, forms, margins, strict=True)
        for choice in texts
        for form in known
    ]
    found = iter(likelihoods(mu, rows, between=between))
    return [
        _together(mu.calibration.forms, texts, known, [[next(found) for _ in known] for _ in texts])
        for (_, _, texts), known in zip(asked, forms, strict=True)
    ]


def _margin(
    forms: Sequence[Form], choices: Sequence[str], known: Sequence[Form], negligible: float
) -> float:
    """How many nats below the best of these choices, said in the known forms, one is negligible."""
    if not negligible:
        return math.inf
    return -math.log(negligible) * _temperature(tuple(forms), tuple(choices), tuple(known))


@lru_cache(maxsize=256)
def _temperature(
    forms: tuple[Form, ...], choices: tuple[str, ...], known: tuple[Form, ...]
) -> float:
    """The highest of those by which likelihoods may become probabilities (see `_together`), or 1."""
    trusting = list(known)
    if any(form.is_bare for form in known):
        trusting += [form for form in forms if any(map(form.says, choices))]
    return max([1.0, *(form.trust.temperature for form in trusting if form.trust)])


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
    mu: Reader,
    songs: Sequence[HeardSong],
    questions: Sequence[str],
    choices: Sequence[Sequence[str]],
) -> list[list[Form]]:
    """Those that a question is answered in: what stands before the choice tells which are out."""
    forms = mu.calibration.forms
    heads = list(dict.fromkeys(form.head for form in forms if form.head))
    whole = [all(text.endswith(SENTENCE_ENDS) for text in texts) for texts in choices]
    rows = [
        GivenAnswer(song, question, head, ends=False)
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
    song: HeardSong,
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
