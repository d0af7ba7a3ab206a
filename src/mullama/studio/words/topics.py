"""A question as the studio words it -> its topic: the inverse of `questions.wording`.

Files of pairs hold questions without their topics; a report is told by topic. Does not know answers.
"""

import re
from collections.abc import Iterable

from mullama.studio.words.questions import CHECKS, NAMES, OPENINGS, QUESTIONS, UNKNOWABLE


def question_topic(question: str) -> str | None:
    """A name of `QUESTIONS`, "unknowable", or "check"; None for a question that is worded otherwise.

    Where two topics share a wording, the one that asks after less is meant.
    """
    text = " ".join(question.casefold().split()).rstrip(" ?.")
    opening = next((start for start in _OPENINGS if text.startswith(start)), "")
    text = text.removeprefix(opening)
    return next((topic for topic, pattern in _PATTERNS.items() if pattern.fullmatch(text)), None)


def _pattern(templates: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(_one(template) for template in templates))


def _one(template: str) -> str:
    names = "|".join(map(re.escape, NAMES))
    blanks = {"{it}": f"(?:{names})", "{thing}": ".+", "{bare}": ".+"}
    parts = re.split(r"(\{\w+\})", template.casefold().rstrip(" ?."))
    return "".join(blanks.get(part, re.escape(part)) for part in parts)


_OPENINGS = tuple(opening.casefold() for opening in OPENINGS)
_OPEN = {topic: wordings for topic, wordings in QUESTIONS.items() if topic != "presence"}
_PATTERNS = {
    **{topic: _pattern(wordings) for topic, wordings in _OPEN.items()},
    "unknowable": _pattern(wording for wordings in UNKNOWABLE.values() for wording in wordings),
    "presence": _pattern(QUESTIONS["presence"]),
    # Last, as "Is it {thing}?" fits much.
    "check": _pattern(wording for wordings in CHECKS.values() for wording in wordings),
}
