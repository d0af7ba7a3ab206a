"""A conversation about a clip: questions as people put them, with answers that its truth gives.

The same truth and the same state of chance give the same pairs. It knows no sound.
"""

import random
from collections.abc import Callable, Sequence

from mullama.studio.compose.composer import STYLES
from mullama.studio.compose.harmony import all_keys
from mullama.studio.compose.piece import METRES
from mullama.studio.english import captions, comparisons, facts, opinions
from mullama.studio.english.as_typed import as_typed
from mullama.studio.english.compound import compound
from mullama.studio.english.declines import SUBJECTS, decline, no_music
from mullama.studio.english.inventions import can_invent, invention
from mullama.studio.english.lore import LORE
from mullama.studio.english.speaker import Speaker
from mullama.studio.english.wordings import asks_whether, patterns_for, worded
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.truth import MOODS, Truth
from mullama.studio.words.describe import QuestionAnswer, with_article

SHARES = {
    "presence": 14, "instruments": 13, "tempo": 28, "key": 28, "metre": 9, "mode": 2, "pace": 4,
    "drums": 9, "lead": 4, "style": 10, "mood": 7, "vocals": 6, "number": 1, "rhythm section": 1,
    "acoustic": 1, "dance": 1, "check": 4, "compound": 6,
    "short": 5, "long": 4, "caption": 2, "friend": 1, "one word": 1, "adjectives": 1, "tags": 1,
    "playlist": 0.7, "announce": 0.7, "title": 0.7, "infer": 2, "listeners": 2, "place": 2,
    "film": 1.5, "activity": 2, "fit": 2, "compare": 3, "nearest": 1, "either": 2, "why": 1.5,
    "energy": 1, "invention": 9, "unknowable": 12,
}  # fmt: skip
"""What is asked how often, when it is drawn: mostly single facts, which take longest to be learnt."""
KINDS = tuple(SHARES)
SUBJECT_SHARES = {"lyrics": 5, "singer": 2, "artist": 2, "title": 2, "year": 2, "language": 2}
"""What of SUBJECTS is asked after more often than the others."""

_OPEN: dict[str, Callable[[Speaker], str]] = {
    "short": captions.short,
    "long": captions.long,
    "caption": captions.caption,
    "friend": captions.friend,
    "one word": captions.one_word,
    "adjectives": captions.adjectives,
    "tags": captions.tags,
    "playlist": opinions.playlist,
    "announce": opinions.announce,
    "title": opinions.title,
    "infer": opinions.infer,
    "listeners": opinions.listeners,
    "place": opinions.place,
    "film": opinions.film,
    "activity": opinions.activity,
    "why": opinions.why,
    "nearest": comparisons.nearest,
    "energy": opinions.energy,
}


def converse(
    truth: Truth,
    rng: random.Random,
    presences: Sequence[str] = (),
    *,
    pairs: int = 6,
    shares: dict[str, float] | None = None,
) -> list[QuestionAnswer]:
    """`pairs` questions of kinds that are drawn by `shares`, and one for each of `presences`.

    Which instruments to ask after is best chosen by `balance.balanced_presences` for a whole set,
    so that guessing does not pay; "presence" is therefore only drawn by itself when there are none.
    """
    weights = {**(SHARES if shares is None else shares)}
    if presences:
        weights.pop("presence", None)
    kinds = rng.choices(list(weights), list(weights.values()), k=pairs)
    asked = [ask(truth, kind, rng) for kind in kinds]
    return [*asked, *(ask(truth, "presence", rng, name) for name in presences)]


def ask(truth: Truth, kind: str, rng: random.Random, subject: str | None = None) -> QuestionAnswer:
    """One question of one of `KINDS` with its answer; `subject` is the instrument of "presence".

    Raises `ValueError` for an unknown kind.
    """
    speaker = Speaker(truth, rng)
    question, answer, subject = _pair(speaker, kind, subject)
    if speaker.silent and kind != "unknowable":
        answer = no_music(speaker, asked_whether=asks_whether(question))
    return QuestionAnswer(as_typed(question, rng), answer, kind, subject)


def _pair(speaker: Speaker, kind: str, subject: str | None) -> tuple[str, str, str | None]:
    """Question, answer and what is asked after; silence is answered elsewhere."""
    special = {
        "check": _check,
        "unknowable": _unknowable,
        "fit": _fit,
        "compare": _compare,
        "either": _either,
        "invention": _invention,
    }
    if kind == "presence":
        return _presence(speaker, subject)
    if kind in special:
        return special[kind](speaker)
    if kind == "compound":
        return *compound(speaker), None
    if kind == "drums":
        question = worded(speaker.rng, patterns_for(kind))
        return question, _of_drums(speaker, question), "drums"
    if kind in facts.FACTS:
        return worded(speaker.rng, patterns_for(kind)), facts.FACTS[kind](speaker), None
    if kind in _OPEN:
        return _open(speaker, kind), _OPEN[kind](speaker), None
    raise ValueError(f"no kind of question is called {kind!r}; there are: {', '.join(KINDS)}")


def _open(speaker: Speaker, kind: str) -> str:
    mood = speaker.truth.mood
    every = patterns_for(kind, "made_up" if kind == "title" else "about")
    patterns = [p for p in every if mood is not None or "{mood}" not in p]
    return worded(speaker.rng, patterns, mood=mood or "")


def _of_drums(speaker: Speaker, question: str) -> str:
    """Where drums are asked after in the negative, Yes and No would mislead."""
    negative = any(word in question.lower() for word in ("without", "no drums", "free of"))
    return facts.drums_plainly(speaker) if negative else facts.drums(speaker)


def _presence(speaker: Speaker, subject: str | None) -> tuple[str, str, str]:
    truth, rng = speaker.truth, speaker.rng
    if subject is None:
        there = rng.random() < 0.5 and truth.instruments
        absent = [name for name in INSTRUMENTS if name not in truth.instruments]
        subject = rng.choice(truth.instruments) if there else rng.choice(absent)
    blanks = {"thing": with_article(subject), "bare": subject, "Bare": subject.capitalize()}
    patterns = patterns_for("drums" if subject == "drums" else "presence")
    question = worded(rng, patterns, **blanks)
    if subject == "drums":
        return question, _of_drums(speaker, question), subject
    return question, facts.presence(speaker, subject), subject


def _check(speaker: Speaker) -> tuple[str, str, str | None]:
    """Whether style, mood, metre, key or pace is such; half of the answers are Yes."""
    truth, rng = speaker.truth, speaker.rng
    values: dict[str, tuple[str | None, Sequence[str]]] = {
        "style": (truth.style, tuple(STYLES)),
        "mood": (truth.mood, MOODS),
        "metre": (truth.metre, METRES),
        "key": (truth.key, all_keys()),
        "pace": (speaker.pace, ("slow", "moderate", "fast")),
    }
    topic = rng.choice(list(values))
    value, others = values[topic]
    holds = value is not None and rng.random() < 0.5
    claim = str(value) if holds else rng.choice([other for other in others if other != value])
    thing = LORE[claim].called if topic == "style" else claim
    thing = facts.speed(claim) if topic == "pace" else thing
    question = worded(rng, patterns_for(topic, "check"), thing=thing)
    answer = facts.FACTS[topic](speaker)
    if value is None:
        return question, answer, claim
    lead = (
        ("Yes", "Yes, that is right", "Yes, I agree")
        if holds
        else ("No", "No, I don't think so", "Not quite")
    )
    return question, f"{rng.choice(lead)}. {answer}", claim


def _unknowable(speaker: Speaker) -> tuple[str, str, str]:
    often = [SUBJECT_SHARES.get(name, 1) for name in SUBJECTS]
    [subject] = speaker.rng.choices(list(SUBJECTS), often)
    question = worded(speaker.rng, patterns_for(subject, "untold"))
    return question, decline(speaker, subject), subject


def _fit(speaker: Speaker) -> tuple[str, str, str]:
    occasion = opinions.any_occasion(speaker)
    name = occasion.name
    blanks = {"occasion": name, "Occasion": name[0].upper() + name[1:]}
    question = worded(speaker.rng, patterns_for("fit"), **blanks)
    return question, opinions.fit(speaker, occasion), name


def _invention(speaker: Speaker) -> tuple[str, str, str | None]:
    """Something made up; plain words where too little is known for it."""
    if not can_invent(speaker):
        return _open(speaker, "short"), captions.short(speaker), None
    kind, answer = invention(speaker)
    return worded(speaker.rng, patterns_for(kind, "made_up")), answer, kind


def _compare(speaker: Speaker) -> tuple[str, str, str]:
    other = comparisons.any_other(speaker)
    question = worded(speaker.rng, patterns_for("compare"), other=other.name)
    return question, comparisons.compare(speaker, other), other.name


def _either(speaker: Speaker) -> tuple[str, str, None]:
    """Which of two styles; three times out of four it is one of them, if it is known."""
    rng, style = speaker.rng, speaker.truth.style
    two = rng.sample([name for name in STYLES if name != style], 2)
    if style is not None and rng.random() < 0.75:
        two[rng.randrange(2)] = style
    one, other = (LORE[name].called for name in two)
    blanks = {"one": one, "two": other, "One": one[0].upper() + one[1:]}
    question = worded(speaker.rng, patterns_for("either"), **blanks)
    return question, comparisons.either(speaker, (two[0], two[1])), None
