"""Whether an answer speaks of what was asked, by rules over words; whether it is true is judged elsewhere.

Each topic of `held_out.py` has words of which an answer must use one. A decline counts where it
names the very thing that was asked after. A rule can be fooled; it is the same for every model.
"""

import re
from collections.abc import Callable

from mullama.evaluation.speaking import topic_words as words
from mullama.evaluation.speaking.held_out import HELD_OUT
from mullama.studio.english.checks import claims
from mullama.studio.words.parsing import parse_key, parse_yes_no

_END = re.compile(r"[.!?][\"'”)]*$")
_UNABLE = re.compile(
    r"\b(?:can't|cannot|can not|could not|unable|don't know|do not know|not sure|no way|sorry|unclear|not clear"
    r"|hard to|only talk|only hear|no information|don't have|do not have|not able|as an ai)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^(?:the (?:tempo|key|time signature|metre|meter|style|genre|mood|melody|lead) (?:is|of)"
    r"|there (?:is|are) (?:no )?(?:drums|clear)|i hear\b|yes\b|no\b)",
    re.IGNORECASE,
)


def is_fragment(answer: str) -> bool:
    """Whether an answer is no sentence: fewer than two words, or no mark at its end."""
    text = answer.strip()
    return len(re.findall(r"[\w#/']+", text)) < 2 or _END.search(text) is None


def on_topic(topic: str, question: str, answer: str) -> bool:
    """Whether an answer is a sentence about what the question asks after.

    Raises `ValueError` for a topic that is none of `held_out.TOPICS`.
    """
    if topic not in HELD_OUT:
        raise ValueError(f"no topic is called {topic!r}; there are: {', '.join(HELD_OUT)}")
    return not is_fragment(answer) and _RULES[topic](question, answer)


def _uses(*patterns: re.Pattern[str]) -> Callable[[str, str], bool]:
    return lambda question, answer: any(pattern.search(answer) for pattern in patterns)


def _key(question: str, answer: str) -> bool:
    return parse_key(answer) is not None or words.KEY.search(answer) is not None


def _names_instrument(answer: str) -> bool:
    return any(claim.topic == "instrument" for claim in claims(answer))


def _instruments(question: str, answer: str) -> bool:
    return _names_instrument(answer) or (_declines(answer) and "instrument" in answer.lower())


def _lead(question: str, answer: str) -> bool:
    return _names_instrument(answer) or (
        _declines(answer) and words.LEAD.search(answer) is not None
    )


def _presence(question: str, answer: str) -> bool:
    """The instrument that is asked after is named again, or Yes or No is said and nothing else counts."""
    asked = {claim.value for claim in claims(question) if claim.topic == "instrument"}
    said = {claim.value for claim in claims(answer) if claim.topic == "instrument"}
    shared = any(set(a.split("/")) & set(s.split("/")) for a in asked for s in said)
    return shared or parse_yes_no(answer) is not None


def _described(question: str, answer: str) -> bool:
    """Something is said of the sound, in more than a word or two."""
    about = words.MUSICAL.search(answer) or words.MOOD.search(answer) or _names_instrument(answer)
    return bool(about) and not (_declines(answer) and len(answer.split()) < 12)


def _use(pattern: re.Pattern[str]) -> Callable[[str, str], bool]:
    """Words of the topic, a word of the question taken up, or a Yes or No with a reason."""

    def rule(question: str, answer: str) -> bool:
        reasoned = parse_yes_no(answer) is not None and len(answer.split()) > 3
        return bool(pattern.search(answer)) or _echoes(question, answer) or reasoned

    return rule


def _echoes(question: str, answer: str) -> bool:
    said = set(re.findall(r"[a-zéâ]{4,}", answer.lower()))
    asked = set(re.findall(r"[a-zéâ]{4,}", question.lower())) - words.EMPTY
    return bool(said & asked)


def _compare(question: str, answer: str) -> bool:
    return bool(words.COMPARING.search(answer)) or _echoes(question, answer)


def _identity(question: str, answer: str) -> bool:
    """What was asked after is named, whether it is told or declined."""
    return _named(words.IDENTITY, question, answer)


def _lyrics(question: str, answer: str) -> bool:
    return bool(words.LYRICS.search(answer))


def _world(question: str, answer: str) -> bool:
    """The right answer, or a plain refusal; nothing of the music's facts."""
    if _claims_music(answer):
        return False
    refuses = _declines(answer) and (_offers(answer) or not words.STRAYS.search(answer))
    return _named(words.WORLD, question, answer) or refuses


def _silly(question: str, answer: str) -> bool:
    return not _claims_music(answer)


def _creative(question: str, answer: str) -> bool:
    """In kind: what was asked for is made, and it is no caption or fact."""
    if _CAPTION.search(answer.strip()) or (_declines(answer) and len(answer.split()) < 15):
        return False
    least = next(n for word, n in words.CREATIVE_LENGTH.items() if word in question.lower())
    wanted = next((p for word, p in words.CREATIVE.items() if word in question.lower()), None)
    return len(answer.split()) >= least and (wanted is None or bool(wanted.search(answer)))


def _named(table: dict[str, re.Pattern[str]], question: str, answer: str) -> bool:
    asked = question.lower()
    return any(word in asked and pattern.search(answer) for word, pattern in table.items())


def _claims_music(answer: str) -> bool:
    return not _offers(answer) and any(claim.topic != "pace" for claim in claims(answer))


def _offers(answer: str) -> bool:
    """Whether it says what it could talk about instead."""
    return re.search(r"\bI can (?:only |just )?(?:tell|say|talk|hear)\b", answer) is not None


def _declines(answer: str) -> bool:
    return _UNABLE.search(answer) is not None


_RULES: dict[str, Callable[[str, str], bool]] = {
    "tempo": _uses(words.TEMPO),
    "key": _key,
    "metre": _uses(words.METRE),
    "instruments": _instruments,
    "presence": _presence,
    "drums": _uses(words.DRUMS),
    "lead": _lead,
    "style": _uses(words.STYLE),
    "mood": _uses(words.MOOD),
    "description": _described,
    "inference": _described,
    "listeners": _use(words.LISTENERS),
    "place": _use(words.PLACE),
    "activity": _use(words.ACTIVITY),
    "compare": _compare,
    "vocals": _uses(words.VOCALS),
    "lyrics": _lyrics,
    "identity": _identity,
    "world": _world,
    "silly": _silly,
    "creative": _creative,
}
