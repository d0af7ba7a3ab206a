"""Two or three questions in one, with an answer to each part."""

import random

from mullama.studio.english import facts
from mullama.studio.english.patterns import filled
from mullama.studio.english.speaker import Speaker
from mullama.studio.english.wordings import NAMES

NOUNS = {
    "tempo": ("the tempo", "the BPM", "the speed"),
    "key": ("the key", "the musical key"),
    "metre": ("the time signature", "the metre", "the meter"),
    "instruments": ("the instruments", "the instrumentation", "the line-up"),
    "style": ("the genre", "the style"),
    "mood": ("the mood", "the feeling", "the vibe"),
    "lead": ("the lead instrument", "the main instrument"),
}
CLAUSES = {
    "tempo": ("how fast is it", "what's the tempo", "how many BPM does it have"),
    "pace": ("is it fast", "is it slow", "is it fast or slow"),
    "key": ("what key is it in", "which key is it", "what's the key"),
    "mode": ("is it major or minor", "is it in minor"),
    "metre": ("what's the time signature", "how is it counted", "is it in three or four"),
    "instruments": (
        "who plays",
        "what instruments are there",
        "what's playing",
        "which instruments play",
    ),
    "drums": ("are there drums", "does it have drums", "do you hear drums"),
    "style": ("what genre is it", "what style is it", "what kind of music is it"),
    "mood": ("what's the mood", "how does it feel", "is it happy or sad"),
    "lead": ("who plays the melody", "what's the lead instrument", "who has the tune"),
    "vocals": ("does anyone sing", "is there singing"),
    "dance": ("can I dance to it", "is it danceable"),
}
ASKED = {
    True: (
        "What are {parts}?",
        "[Tell me|Give me|Please name|I need|I'd like to know] {parts}.",
        "[What can you tell me|What do you say] about {parts}?",
        "{Parts}, please[|?|.]",
        "[I'd like|Could I have|Can I get] {parts}[|, please]?",
    ),
    False: (
        "{Parts}?",
        "[Two questions|Two things|I have two questions]: {parts}?",
        "[Well|So|Now then], {parts}?",
        "[Can you tell me|Please tell me|I want to know]: {parts}?",
    ),
}
_ALIKE = (
    {"tempo", "pace"}, {"key", "mode"}, {"instruments", "drums"}, {"instruments", "vocals"},
    {"pace", "dance"}, {"tempo", "dance"},
)  # fmt: skip


def compound(speaker: Speaker) -> tuple[str, str]:
    """A question of two or three parts, and the answers in the same order."""
    rng = speaker.rng
    nouns = rng.random() < 0.45
    table = NOUNS if nouns else CLAUSES
    topics = _topics(rng, list(table), 3 if nouns and rng.random() < 0.3 else 2)
    parts = _joined(rng, [rng.choice(table[topic]) for topic in topics], nouns)
    pattern = rng.choice(ASKED[nouns])
    blanks = {"parts": parts, "Parts": parts[0].upper() + parts[1:], "it": rng.choice(NAMES)}
    answers = [facts.FACTS[topic](speaker) for topic in topics]
    return filled(pattern, rng, blanks), " ".join(answers)


def _topics(rng: random.Random, topics: list[str], number: int) -> list[str]:
    """Topics whose answers do not say the same."""
    while True:
        chosen = rng.sample(topics, number)
        if not any(pair <= set(chosen) for pair in _ALIKE):
            return chosen


def _joined(rng: random.Random, parts: list[str], nouns: bool) -> str:
    if nouns:
        return ", ".join(parts[:-1]) + " and " + parts[-1]
    return parts[0] + rng.choice([" and ", ", and ", "? And "]) + parts[1]
