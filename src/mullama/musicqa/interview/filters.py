"""A question and its answer -> why a model should not be trained on them, if so.

Unwanted are the kinds that the published MusicQA holds: a language model that was shown a text
speaks of the text, asks for what no audio tells, or answers that it cannot know. Does not
know where a pair came from.
"""

import re
from collections import Counter
from collections.abc import Iterable

_ANYWHERE: dict[str, re.Pattern[str]] = {
    "speaks of tags": re.compile(r"\btags?\b|\btagged\b|\bkeywords?\b", re.IGNORECASE),
    "speaks of the text": re.compile(
        r"\b(?:the|this|given|provided|above) (?:genre |text |brief )?"
        r"(?:captions?|descriptions?|metadata|prompt|text)\b"
        r"|\b(?:list|set) of words\b",
        re.IGNORECASE,
    ),
}
_IN_QUESTIONS: dict[str, re.Pattern[str]] = {
    "asks for the artist": re.compile(
        r"\bartists?\b"
        r"|\bwho\b(?!.*\b(?:melody|tune|theme|lead|solo)\b).*\b(?:sings?|singing|plays?(?! in\b)|"
        r"playing|perform\w*|compos\w*|wrote|made|record\w*|created?|behind|singers?|musicians?|"
        r"composers?|producers?|bands?|vocalists?|guitarists?)\b"
        r"|\bname of (?:the|this) (?:band|group|singer|composer|musicians?|vocalist|producer)\b"
        r"|\b(?:which|what) (?:band|group|singer|composer)\b",
        re.IGNORECASE,
    ),
    "asks for the release": re.compile(
        r"\b(?:title|name) of (?:the|this) (?:audio|song|track|piece|music|album|recording)\b"
        r"|\b(?:song|track) title\b|\balbum\b|\brecord label\b"
        r"|\b(?:when|what year|which year)\b.*\b(?:released?|recorded|composed|written|made)\b"
        r"|\brelease (?:date|year)\b",
        re.IGNORECASE,
    ),
}
_IN_ANSWERS: dict[str, re.Pattern[str]] = {
    "says that it cannot be known": re.compile(
        r"\b(?:can ?not|can't|could not|(?:im|not )possible to|unable to|(?:difficult|hard) to)"
        r" (?:\w+ )?(?:be )?(?:determined?|say|said|know|known|tell|told|inferr?(?:ed)?|identif\w+|"
        r"answer(?:ed)?|pinpoint(?:ed)?|specif\w+)\b"
        r"|\b(?:is|are|was|were|remains?)(?: currently)? unknown\b"
        r"|\b(?:not|never|n't)(?: \w+)? "
        r"(?:known|specified|mentioned|stated|provided|credited|indicated|disclosed|given)\b"
        r"|\bno (?:\w+ )?(?:information|mention|indication)\b"
        r"|\bwithout (?:\w+ )?(?:information|context)\b"
        r"|\bdoes(?: not|n't) (?:mention|specify|provide|indicate|state)\b",
        re.IGNORECASE,
    ),
    "speaks of itself": re.compile(
        r"\bas an? (?:AI|language model|assistant)\b|\bI(?:'m| am) (?:sorry|an AI|unable)\b"
        r"|\bI (?:do not|don't) have access\b",
        re.IGNORECASE,
    ),
}
REASONS = (*_ANYWHERE, *_IN_QUESTIONS, *_IN_ANSWERS)
"""All that `unwanted` may say."""


def unwanted(question: str, answer: str) -> str | None:
    """Why a pair is unwanted, one of `REASONS`; None where it is not."""
    for reason, pattern in _ANYWHERE.items():
        if pattern.search(question) or pattern.search(answer):
            return reason
    for reason, pattern in _IN_QUESTIONS.items():
        if pattern.search(question):
            return reason
    for reason, pattern in _IN_ANSWERS.items():
        if pattern.search(answer):
            return reason
    return None


def count_unwanted(pairs: Iterable[tuple[str, str]]) -> Counter[str]:
    """Reason -> how many of these (question, answer) are unwanted for it."""
    reasons = (unwanted(question, answer) for question, answer in pairs)
    return Counter(reason for reason in reasons if reason is not None)
