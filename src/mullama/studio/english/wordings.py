"""How people ask: the patterns of `asked/`, a file for each kind of question, a pattern on each line.

`about` asks after what is heard, or what follows from it; `check` claims something; `untold` asks for what
sound does not tell, `made_up` for something invented; `elsewhere` has nothing to do with the music. Of the
blanks {it} names the music; the others stand for what each kind asks after. It knows no answers.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from mullama.studio.asked import wordings_in
from mullama.studio.english.patterns import filled

Folder = Literal["about", "check", "untold", "made_up", "elsewhere"]
ASKED = Path(__file__).with_name("asked")
NAMES = (
    "it", "this", "this song", "the song", "this piece", "the piece", "this track", "the track",
    "this music", "the music", "the recording", "this clip", "this audio clip", "this tune",
)  # fmt: skip
"""Of the music."""
_ASKING = (
    "Do you know", "Can you", "Could you", "Who ", "Which ", "What ", "How ", "Does anyone know", "And ",
    "Any ", "Is ", "Are ", "Does ", "Do ", "Would ", "Where ", "When ",
)  # fmt: skip
"""How sentences begin that end with a question mark, if nothing else is said."""
_WHETHER = (
    "is ", "are ", "am ", "was ", "were ", "do ", "does ", "can ", "could ", "will ", "would ", "might ",
    "shall ", "should ", "any ",
)  # fmt: skip
"""How questions begin that are answered by Yes or No."""


def patterns_for(kind: str, folder: Folder = "about") -> tuple[str, ...]:
    """All patterns of a kind of question. Raises KeyError for a kind that there is not."""
    patterns = wordings_in(ASKED / folder)
    if kind not in patterns:
        raise KeyError(f"no kind of question is called {kind!r} in {folder!r}")
    return patterns[kind]


def kinds(folder: Folder = "about") -> tuple[str, ...]:
    """The kinds of questions in a folder, by their names."""
    return tuple(wordings_in(ASKED / folder))


def worded(rng: random.Random, patterns: Sequence[str], **blanks: str) -> str:
    """One wording of one of the patterns, with a mark at its end."""
    text = filled(rng.choice(patterns), rng, {"it": rng.choice(NAMES), **blanks})
    if text[-1] in "?!":
        return text
    return text.rstrip(".") + ("?" if text.startswith(_ASKING) else ".")


def asks_whether(question: str) -> bool:
    """Whether Yes or No answers it, as far as its first word tells."""
    return question.lower().startswith(_WHETHER)
