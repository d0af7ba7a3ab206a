"""Questions as people type them: polite or terse, with greetings, lower case, slips of the finger.

It does not change what is asked.
"""

import random
import re

OPENINGS = (
    "Please tell me: ", "Tell me, ", "So, ", "Hi, ", "Hello! ", "Hey, ", "Quick question: ",
    "One more thing: ", "Just curious: ", "I was wondering: ", "Okay, ", "Sorry, but ", "Um, ",
    "And ", "Now, ", "By the way, ",
)  # fmt: skip
CLOSINGS = ("thanks", "please", "thank you", "any idea", "do you know")
_SHORT = (
    ("you", "u"), ("are", "r"), ("please", "pls"), ("what is", "whats"), ("what's", "whats"),
    ("who is", "whos"), ("is it", "is it"), ("instruments", "instrumets"), ("there", "ther"),
    ("something", "smth"), ("because", "cuz"), ("tempo", "temp"), ("music", "musik"),
    ("rhythm", "rythm"), ("melody", "melodie"), ("genre", "gener"), ("does", "dose"),
    ("this", "thsi"), ("the", "teh"), ("and", "n"), ("hear", "here"), ("describe", "discribe"),
)  # fmt: skip
_KEPT = re.compile(r"\b(?:BPM|DJ|I|[A-G][#b]? (?:major|minor))\b")


def as_typed(question: str, rng: random.Random) -> str:
    """A question as somebody might type it; half of the time it stays as it is."""
    text = _framed(question, rng) if rng.random() < 0.16 else question
    style = rng.random()
    if style < 0.5:
        return text
    if style < 0.62:
        return _lowered(text)
    if style < 0.7:
        return text.rstrip("?.")
    if style < 0.9:
        return _lowered(text).rstrip("?.")
    if style < 0.97:
        return _slipped(_lowered(text), rng).rstrip("?.")
    return text.rstrip("?.") + rng.choice(["??", " ?", "...", "?!"])


def _framed(question: str, rng: random.Random) -> str:
    if rng.random() < 0.35:
        closing = rng.choice(CLOSINGS if question.endswith("?") else CLOSINGS[:3])
        mark = question[-1] if question[-1] in "?." else ""
        return f"{question.rstrip('?.')}, {closing}{mark}"
    opening = rng.choice(OPENINGS)
    return opening + (question if opening.endswith("! ") else uncapitalised(question))


def uncapitalised(text: str) -> str:
    """The text with a small first letter, unless its first word always has a capital."""
    return text if _KEPT.match(text) else text[0].lower() + text[1:]


def _lowered(text: str) -> str:
    return text.lower()


def _slipped(text: str, rng: random.Random) -> str:
    """One or two slips: a short form, two letters exchanged, or one left out."""
    found = [pair for pair in _SHORT if re.search(rf"\b{re.escape(pair[0])}\b", text)]
    if found and rng.random() < 0.6:
        right, short = rng.choice(found)
        return re.sub(rf"\b{re.escape(right)}\b", short, text, count=1)
    places = [i for i in range(2, len(text) - 2) if text[i - 1 : i + 2].isalpha()]
    if not places:
        return text
    place = rng.choice(places)
    if rng.random() < 0.5:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :]
