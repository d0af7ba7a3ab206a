"""What a text claims of the music's closed facts, and which of it the truth denies.

It reads any English answer: synonyms, "no drums", "without a piano", "not in minor". What is said
of other music ("unlike a waltz, ...", "slower than techno") is no claim. It errs towards silence: a
text that it does not understand claims nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from mullama.studio.compose.composer import STYLES
from mullama.studio.english.synonyms import (
    INSTRUMENT_WORDS,
    MOOD_WORDS,
    OPPOSED_MOODS,
    OUTSIDE_INSTRUMENTS,
    RELATED_STYLES,
)
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.truth import Truth
from mullama.studio.words.parsing import parse_key

Topic = Literal["tempo", "pace", "key", "mode", "metre", "style", "mood", "instrument", "music"]
Verdict = Literal["true", "false", "unknown"]
TEMPO_TOLERANCE = 0.08
SLOW_UNTIL_BPM = 105
"""Above it "slow" is wrong; people differ on what lies between."""
FAST_FROM_BPM = 100
MODERATE_BPM = (70, 140)


@dataclass(frozen=True)
class Claim:
    """One thing that a text says of the music."""

    topic: Topic
    value: str
    """As truths spell it; for an instrument one of `INSTRUMENTS`, or several with "/" of which one is meant."""
    holds: bool
    """False where the text denies it: "no drums"."""
    start: int
    """Where in the text."""


def claims(text: str) -> list[Claim]:
    """All claims of a text, in its order."""
    heard = _without_others(text)
    found = [
        *_numbers(heard),
        *_keys(heard),
        *_words(heard, "pace", _paces()),
        *_words(heard, "style", _styles()),
        *_words(heard, "mood", _moods()),
        *_instruments(heard),
        *_no_music(heard),
    ]
    return sorted(found, key=lambda claim: claim.start)


def verdict(claim: Claim, truth: Truth) -> Verdict:
    """Whether the truth bears a claim out, denies it, or does not know."""
    holds = _holds(claim, truth)
    if holds is None:
        return "unknown"
    return "true" if holds == claim.holds else "false"


def contradictions(text: str, truth: Truth) -> list[Claim]:
    """The claims of a text that the truth denies."""
    return [claim for claim in claims(text) if verdict(claim, truth) == "false"]


def unfounded(text: str, truth: Truth) -> list[Claim]:
    """The claims of a text on facts that the truth does not know."""
    return [claim for claim in claims(text) if verdict(claim, truth) == "unknown" and claim.holds]


def is_silent(truth: Truth) -> bool:
    """Whether nothing at all is known, which is how silence is written."""
    return not truth.instruments and not any(
        (truth.style, truth.tempo_bpm, truth.metre, truth.key, truth.mood, truth.lead)
    )


def _holds(claim: Claim, truth: Truth) -> bool | None:
    if claim.topic == "music":
        return is_silent(truth)
    if is_silent(truth):
        return False
    if claim.topic == "instrument":
        names = claim.value.split("/")
        if not truth.instruments or names == [""]:
            return None
        return any(name in truth.instruments for name in names)
    if claim.topic == "tempo":
        return _tempo_holds(float(claim.value), truth.tempo_bpm)
    if claim.topic == "pace":
        return _pace_holds(claim.value, truth.tempo_bpm)
    if claim.topic == "mode":
        return None if truth.minor is None else truth.minor == (claim.value == "minor")
    if claim.topic == "mood":
        return _mood_holds(claim, truth.mood)
    if claim.topic == "style":
        return _style_holds(claim, truth.style)
    value = {"key": truth.key, "metre": truth.metre}[claim.topic]
    return None if value is None else value == claim.value


def _tempo_holds(claimed: float, bpm: int | None) -> bool | None:
    return None if bpm is None else abs(claimed - bpm) <= TEMPO_TOLERANCE * bpm


def _pace_holds(word: str, bpm: int | None) -> bool | None:
    if bpm is None:
        return None
    if word == "slow":
        return bpm <= SLOW_UNTIL_BPM
    return bpm >= FAST_FROM_BPM if word == "fast" else MODERATE_BPM[0] <= bpm <= MODERATE_BPM[1]


def _mood_holds(claim: Claim, mood: str | None) -> bool | None:
    """Moods that lie beside each other deny nothing; what is denied must be the very word."""
    if mood is None:
        return None
    if claim.value == mood:
        return True
    return False if claim.value in OPPOSED_MOODS[mood] or not claim.holds else None


def _style_holds(claim: Claim, style: str | None) -> bool | None:
    if style is None:
        return None
    if claim.value == style:
        return True
    related = RELATED_STYLES.get(style, frozenset())
    return None if claim.holds and claim.value in related else False


_OTHERS = re.compile(
    r"\b(?:unlike|whereas|where|while|compared (?:to|with)|next to|like|as opposed to|rather than|instead of"
    r"|in contrast to)\b[^.;:!?]*?"
    r"(?:,(?= (?:this|it|the (?:piece|track|music|song)|here|played)\b)|(?=[.;:!?])|$)"
    r"|\b(?:\w+er|more \w+|less \w+) than\b[^.;:!?,]*"
    r"|\bshares with\b[^.;:!?]*? that\b"
    r"|\b(?:different|far|apart|away|differs) from\b[^.;:!?,]*"
    r'|"[^"]*"'
    r"|\btoo \w+ (?:for|to)\b[^.;:!?,]*"
    r"|\b(?:fans?|lovers?|enthusiasts|listeners|audience|friends) of\b[^.;:!?,]*"
    r"|\b(?:if|would you|could be mistaken for)\b[^.;:!?]*",
    re.IGNORECASE,
)
_TOO = re.compile(r"\btoo (\w+) (?:for|to)\b", re.IGNORECASE)
_DENIAL = re.compile(
    r"\b(?:no|not|without|neither|nor|never|hardly|lacks?|lacking|free of|absence of|isn't|aren't|doesn't"
    r"|don't|can't|cannot|no sign of|nothing)\b",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(
    r"[.;:!?]|\b(?:but|only|however|just|although|though|because|since|so)\b"
    r"|, (?:with|as|it|which|this|the|and|played|while|I|a|an)\b",
    re.IGNORECASE,
)


def _without_others(text: str) -> str:
    """The text with everything blanked that speaks of other music, so that places stay the same."""

    def blank(match: re.Match[str]) -> str:
        kept = _TOO.match(match.group(0))
        if kept is None:
            return " " * len(match.group(0))
        shown = f"is {kept.group(1)}."
        return shown.ljust(len(match.group(0)))

    return _OTHERS.sub(blank, text)


def _denied(text: str, start: int) -> bool:
    """Whether the words before `start`, in the same clause, deny what follows."""
    before = text[max(0, start - 90) : start]
    ends = [match.end() for match in _CLAUSE_ENDS.finditer(before)]
    return _DENIAL.search(before[ends[-1] if ends else 0 :]) is not None


_TEMPO = re.compile(
    r"\b(\d{2,3}(?:\.\d+)?)(?:\s*-\s*\d+)?[ -]*(?:BPM|beats (?:per|a) minute)", re.IGNORECASE
)
_METRE = re.compile(r"(?<![\d/])(\d{1,2}/(?:2|4|8|16))(?![\d/])")
_METRE_WORDS = {"waltz time": "3/4", "triple time": "3/4", "common time": "4/4"}
_MODE = re.compile(
    r"\b(major|minor)\b(?= (?:key|mode|scale|tonality))|\bin (?:a )?(major|minor)\b", re.IGNORECASE
)
_FULL_KEY = re.compile(r"\b[A-G](?:#|b|-sharp|-flat| sharp| flat)?[ -](?:major|minor)\b")


def _numbers(text: str) -> Iterator[Claim]:
    for match in _TEMPO.finditer(text):
        yield Claim("tempo", match.group(1), not _denied(text, match.start()), match.start())
    for match in _METRE.finditer(text):
        yield Claim("metre", match.group(1), not _denied(text, match.start()), match.start())
    for words, value in _METRE_WORDS.items():
        for match in re.finditer(words, text, re.IGNORECASE):
            yield Claim("metre", value, not _denied(text, match.start()), match.start())


def _keys(text: str) -> Iterator[Claim]:
    for match in _FULL_KEY.finditer(text):
        key = parse_key(match.group(0))
        if key is not None:
            yield Claim("key", key, not _denied(text, match.start()), match.start())
    for match in _MODE.finditer(text):
        mode = (match.group(1) or match.group(2)).lower()
        yield Claim("mode", mode, not _denied(text, match.start()), match.start())


_MUSIC = (
    r"(?:piece|track|song|tune|number|instrumental|music|composition|recording|one|rhythm|beat|groove"
    r"|melody)"
)
_SAYS = (
    r"(?:is|are|sounds?|feels?|mood|feel|vibe|atmosphere|character|tone|tempo|pace|seems?|be|genre|style|it|call"
    r"|word|words|words?:|adjectives|describe|both|across as)"
)


def _words(
    text: str, topic: Topic, table: tuple[tuple[str, re.Pattern[str]], ...]
) -> Iterator[Claim]:
    for value, pattern in table:
        for match in pattern.finditer(text):
            yield Claim(topic, value, not _denied(text, match.start("word")), match.start("word"))


def _attribute(words: tuple[str, ...]) -> re.Pattern[str]:
    """A word that stands before a noun for music, or after a verb that says how it is."""
    word = "|".join(map(re.escape, words))
    adjectives = r"(?:,? (?:and )?[\w-]+){0,3}"
    between = r"(?: (?:a|an|very|quite|rather|in|also|both|mostly|the|or|not))*"
    before = rf"\b(?P<before>{_SAYS}){between}{adjectives} "
    return re.compile(
        rf"(?:{before})?\b(?P<word>{word})\b(?(before)|(?={adjectives},? {_MUSIC}\b))",
        re.IGNORECASE,
    )


@cache
def _paces() -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = {
        "slow": ("slow", "slow-paced", "slowly"),
        "moderate": ("moderate", "medium", "mid-tempo", "moderately paced"),
        "fast": ("fast", "fast-paced", "quick", "up-tempo", "uptempo", "rapid"),
    }
    tempo = r"(?:-| )?(?:tempo|pace|paced|speed|beat|piece|track|song|tune|number|rhythm|music)\b"
    verbs = r"(?:is|it|sounds|tempo is|pace is|tempo|pace|speed is|be|feels)"
    said = rf"\b{verbs}(?: (?:a|very|quite|rather|not|neither|fairly|also))*"
    return tuple(
        (
            value,
            re.compile(
                rf"(?:(?P<b>{said}) )?\b(?P<word>{'|'.join(forms)})\b"
                rf"(?(b)(?! (?:for|walk|dance|sway|build))"
                rf"|(?={tempo}|,? [\w-]+(?: [\w-]+)? {_MUSIC}\b| in tempo))",
                re.IGNORECASE,
            ),
        )
        for value, forms in words.items()
    )


@cache
def _styles() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = []
    for style in STYLES:
        word = re.escape(style).replace(r"\ ", "[ -]")
        noun = rf"(?:-| )?(?:style|{_MUSIC}|ballad|band|genre|dance|standard|ensemble)\b"
        said = (
            r"\b(?:style is|genre is|genre:|it is|this is|is|it's|call it|called|sounds like|under|to"
            r"|I hear is|hear)"
            r"(?: (?:a|an|called|some|also))*(?: [\w-]+,?){0,2}"
        )
        bare = r"\b(?:a|an) (?:[\w-]+,? ){0,3}"
        nouns = style in ("waltz", "march", "blues", "bossa nova")
        alone = rf"(?P<article>{bare})" if nouns else r"(?P<article>(?!))"
        elsewhere = r"(?! (?:club|fans?|bar|lovers|festival|station|concert))"
        after = rf"(?(said){elsewhere}|(?(article)|(?={noun})))"
        pattern = rf"(?:(?P<said>{said}) |{alone})?\b(?P<word>{word})\b{after}"
        table.append((style, re.compile(pattern, re.IGNORECASE)))
    return tuple(table)


@cache
def _moods() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((mood, _attribute(words)) for mood, words in MOOD_WORDS.items())


@cache
def _instrument_pattern() -> re.Pattern[str]:
    names = {**{name: name for name in INSTRUMENTS}, **INSTRUMENT_WORDS}
    words = sorted([*names, *OUTSIDE_INSTRUMENTS], key=len, reverse=True)
    return re.compile(
        rf"\b({'|'.join(map(re.escape, words))})(?:s|es)?\b"
        r"(?!'| (?:bar|fans?|lovers?|players? who|lessons?|concert|competition|recital|tracks? for))",
        re.IGNORECASE,
    )


def _instruments(text: str) -> Iterator[Claim]:
    for match in _instrument_pattern().finditer(text):
        word = match.group(1).lower()
        value = "" if word in OUTSIDE_INSTRUMENTS else INSTRUMENT_WORDS.get(word, word)
        yield Claim("instrument", value, not _denied(text, match.start()), match.start())


def _no_music(text: str) -> Iterator[Claim]:
    pattern = r"\b(?:no|isn't any|can't hear any|cannot hear any|not any) music\b|\bonly silence\b"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        yield Claim("music", "none", True, match.start())
