"""How people ask for single facts: many wordings of each question, from polite to terse.

They are the lines of `asked/`, a file for each topic: whole questions, in which {it} stands for a name of the
music and, where a topic asks after one thing, {thing} for that thing with its article and {bare} for it alone.
`about` asks after what is heard, `check` whether one thing is so, `untold` for what sound does not tell,
`elsewhere` for what has nothing to do with music. It does not know any answer.
"""

import random
from pathlib import Path

from mullama.studio.asked import wordings_in

NAMES = (
    "the song",
    "this song",
    "the music",
    "this music",
    "this piece",
    "the piece",
    "the track",
    "this track",
    "the audio",
    "the clip",
    "this clip",
    "the recording",
    "it",
)
_NAME_WEIGHTS = (4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 2, 1, 2)

ASKED = Path(__file__).with_name("asked")
QUESTIONS = wordings_in(ASKED / "about")
"""Topic -> wordings."""
CHECKS = wordings_in(ASKED / "check")
"""Topic -> wordings that ask whether one thing is so."""
UNKNOWABLE = wordings_in(ASKED / "untold")
"""What sound does not tell -> wordings of questions after it."""
OFF_TOPIC = wordings_in(ASKED / "elsewhere")["anything"]
"""What has nothing to do with music."""
OPENINGS = ("Please tell me: ", "Tell me, ", "So, ", "Hi, ", "Listen: ")
"""What people put before a question."""


def wording(
    rng: random.Random, templates: tuple[str, ...], *, thing: str = "", bare: str = ""
) -> str:
    """One wording with its blanks filled, sometimes as people type: lower case, no mark, polite."""
    name = rng.choices(NAMES, weights=_NAME_WEIGHTS)[0]
    text = rng.choice(templates).format(it=name, thing=thing, bare=bare)
    return _as_typed(rng, text)


def _as_typed(rng: random.Random, text: str) -> str:
    if rng.random() < 0.06 and text[0].isupper() and text.endswith("?") and len(text) > 12:
        opening = rng.choice(OPENINGS)
        text = opening + text[0].lower() + text[1:]
    style = rng.random()
    if style < 0.12:
        text = text.lower()
    elif style < 0.2:
        text = text.rstrip("?.")
    elif style < 0.32:
        text = text.lower().rstrip("?.")
    elif style < 0.34:
        text = text.rstrip("?.") + " ?"
    return text
