"""An answer in anybody's words, or a studio truth -> the facts that it states about the music.

Numbers, keys and signs are brought into the studio's wording and read by its parsers; words are
looked up in the vocabulary. It does not judge.
"""

import re
from collections.abc import Iterator
from functools import cache

from mullama.evaluation.metrics.facts import Facts, has_drums
from mullama.evaluation.metrics.negation import denied
from mullama.evaluation.metrics.number_words import with_digits
from mullama.evaluation.metrics.signs import plain_signs
from mullama.evaluation.metrics.vocabulary import (
    INSTRUMENTS,
    MOODS,
    NOUNS,
    PACES,
    STYLES,
    Vocabulary,
)
from mullama.studio.instruments import DRUMS
from mullama.studio.truth import Truth
from mullama.studio.words.parsing import (
    parse_cannot_tell,
    parse_key,
    parse_tempo,
    parse_yes_no,
)

SLOW_BELOW_BPM, FAST_FROM_BPM = 90, 120


def truth_facts(truth: Truth) -> Facts:
    """The facts of a studio clip."""
    return Facts(
        instruments=frozenset(truth.instruments),
        style=frozenset(filter(None, [truth.style])),
        mood=frozenset(filter(None, [truth.mood])),
        key=truth.key,
        tempo=None if truth.tempo_bpm is None else float(truth.tempo_bpm),
        pace=_pace(truth.tempo_bpm),
        metre=truth.metre,
        drums=truth.drums,
        absent=frozenset() if truth.drums else frozenset([DRUMS]),
    )


def read_facts(text: str) -> Facts:
    """The facts that a text states."""
    text = plain_signs(text)
    styles = frozenset(stated(_NO_STYLE.sub(" ", text), STYLES))
    # The "drum" and the "bass" of a style are no instruments.
    without_styles = re.sub(r"\bdrum\W+(?:and|n|&)\W+bass\b", " ", text, flags=re.IGNORECASE)
    instruments = frozenset(stated(without_styles, INSTRUMENTS))
    absent = frozenset(stated(without_styles, INSTRUMENTS, that_are_denied=True))
    bpm = parse_tempo(_bpm(text))
    tempo = None if bpm is None else float(bpm)
    return Facts(
        instruments=instruments,
        style=styles,
        mood=frozenset(stated(text, MOODS)),
        key=_key(text),
        tempo=tempo,
        pace=_pace(tempo) or next(stated(text, PACES), None),
        metre=_metre(text),
        drums=has_drums(instruments, absent),
        absent=absent,
        says_yes=parse_yes_no(text),
        cannot_tell=parse_cannot_tell(text),
    )


def stated(text: str, vocabulary: Vocabulary, *, that_are_denied: bool = False) -> Iterator[str]:
    """The names whose words stand in a text and are not denied (or are), in the order of the text."""
    pattern, names = _pattern(vocabulary)
    text = text.lower()
    for match in pattern.finditer(text):
        if denied(text[: match.start()], text[match.end() :]) == that_are_denied:
            yield names[match.group(1)]


def _pattern(vocabulary: Vocabulary) -> tuple[re.Pattern[str], dict[str, str]]:
    return _compile(tuple((name, *others) for name, others in vocabulary.items()))


@cache
def _compile(rows: tuple[tuple[str, ...], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """The pattern of all words, longer ones first, and word -> name."""
    names = {word: row[0] for row in rows for word in row}
    words = "|".join(re.escape(word) for word in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w&])({words})s?(?![\w&])"), names


_NO_STYLE = re.compile(
    rf"\b(?:(?:an?|the|my|your|his|her|our|their|this|that)\s+(?:{'|'.join(NOUNS)})"
    r"|(?:with|full of|heart and)\s+soul|(?:to|you|me|us)\s+dance)"
    r"(?=\s*(?:$|[.!?;:)])"
    r"|\s+(?:on|in|of|with|at|that|which|who|where|is|was|has|by|to|for|from)\b)",
    re.IGNORECASE,
)
"""Nouns and verbs that are styles elsewhere: "a house on a hill", but "a house track"."""


def _pace(tempo: float | None) -> str | None:
    if tempo is None:
        return None
    if tempo < SLOW_BELOW_BPM:
        return "slow"
    return "fast" if tempo >= FAST_FROM_BPM else "medium"


_RANGE = re.compile(r"\b(\d{2,3})\s*(?:-|to|and)\s*(\d{2,3})(?=\s*(?:bpm|beats))", re.IGNORECASE)
_UNIT = re.compile(
    r"\s*(?:beats\s+(?:per|a|each)\s+minute|beats/min(?:ute)?|b\.p\.m\.?)", re.IGNORECASE
)
_UNIT_FIRST = re.compile(
    r"\b(?:BPM|tempo)\b\W{0,3}(?:(?:is|of|at|around|about|approximately|roughly|set)\s+){0,4}"
    r"(\d{2,3}(?:\.\d+)?)\b(?!\s*(?:BPM|/))",
    re.IGNORECASE,
)


def _bpm(text: str) -> str:
    """Tempi as the studio writes them: "120 BPM"; of a range, its middle."""
    text = with_digits(_UNIT.sub(" BPM", text))
    text = _RANGE.sub(lambda m: str((int(m.group(1)) + int(m.group(2))) // 2), text)
    return _UNIT_FIRST.sub(r"\1 BPM", text)


_SPELT_METRES = (
    (re.compile(r"\b(?:waltz (?:time|meter|metre)|triple (?:time|meter|metre)|three[- ]four)\b",
                re.IGNORECASE), "3/4"),
    (re.compile(r"\b(?:common time|four[- ]four|four-on-the-floor)\b", re.IGNORECASE), "4/4"),
    (re.compile(r"\bsix[- ]eight\b", re.IGNORECASE), "6/8"),
)  # fmt: skip
_METRE = re.compile(r"(?<![\d/])(\d{1,2})\s*/\s*(2|4|8|16)(?![\d/])")


def _metre(text: str) -> str | None:
    """The time signature, such as "3/4"; None where several are named."""
    for pattern, metre in _SPELT_METRES:
        text = pattern.sub(metre, text)
    metres = {"/".join(match.groups()) for match in _stated(_METRE, text)}
    return metres.pop() if len(metres) == 1 else None


def _stated(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What is found and not denied."""
    lower = text.lower()
    for match in pattern.finditer(text):
        if not denied(lower[: match.start()], lower[match.end() :]):
            yield match


_SHORT_MODE = re.compile(r"\b([A-G](?:#|b|[ -]sharp|[ -]flat)?)[ -]?(maj|min)\b\.?", re.IGNORECASE)
_CHORD_SIGN = re.compile(r"\b([A-G][#b]?)m\b")
_ARTICLE = re.compile(r"\ba(?= (?:major|minor)\b)", re.IGNORECASE)
_KEY_FOLLOWS = re.compile(r"(?:^|\b(?:in|of|is|key:?|to|be)) *$", re.IGNORECASE)
_KEY_ENDS = re.compile(
    r" (?:major|minor)(?: scale)?(?:\s*$|\s*[.,;:!?)]|\s+(?:with|at)\b)", re.IGNORECASE
)
_NAMED_KEY = re.compile(
    r"\b[A-G](?:#|b|[ -]sharp|[ -]flat)?[ -](?:major|minor)\b(\W+(?:scale|chord|triad|arpeggio)s?\b)?",
    re.IGNORECASE,
)


def _key(text: str) -> str | None:
    """The first key; a scale or a chord is one where nothing else is."""
    named = list(_stated(_NAMED_KEY, _spelt_keys(text)))
    first = min(named, key=lambda match: match.group(1) is not None, default=None)
    return None if first is None else parse_key(first.group(0))


def _spelt_keys(text: str) -> str:
    """Keys spelt out, without the "a" of "a minor role" and "in a major key", which names none."""
    text = _SHORT_MODE.sub(lambda match: f"{match.group(1)} {match.group(2).lower()}or", text)
    text = _CHORD_SIGN.sub(r"\1 minor", text)
    return _ARTICLE.sub(lambda match: match.group(0) if _is_key(text, match) else "one", text)


def _is_key(text: str, letter: re.Match[str]) -> bool:
    """Whether "a major" or "A minor" is a key: what stands around it decides."""
    before, after = text[: letter.start()].rstrip(), text[letter.end() :]
    if letter.group(0) == "A" and before and before[-1] not in ".!?":
        return True  # a capital within a sentence
    return bool(_KEY_FOLLOWS.search(before) and _KEY_ENDS.match(after))
