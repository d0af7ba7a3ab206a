"""A description -> what a language model is asked about it, in our words, and the JSON it may reply in.

After the published data set's intent: first the four fixed questions, then five open pairs, each
in a call of its own. Does not know any writer, nor how replies are read.
"""

from typing import Any

from mullama.data.formats.published import FIXED_QUESTIONS, OPEN_QUESTIONS
from mullama.musicqa.descriptions import Description

MAX_TEXT = 4000
"""Characters of a description that are shown; captions have a few hundred."""

_SHOWN_AS = {
    "caption": "A listener described an audio recording of music in these words:",
    "tags": "Listeners described an audio recording of music with these words:",
}
_AS_A_LISTENER = (
    "Write as somebody who hears the audio itself. Never mention the words above, tags, a caption,"
    " a list or a description, and say nothing that they do not support."
)


def fixed_prompt(description: Description) -> str:
    """Asks for numbered answers to the four fixed questions."""
    questions = "\n".join(f"{n}. {text}" for n, text in enumerate(FIXED_QUESTIONS, start=1))
    return (
        f"{_show(description)}\n\n"
        f"Answer these {len(FIXED_QUESTIONS)} questions about the audio:\n{questions}\n\n"
        f"{_AS_A_LISTENER} Answer the first in one sentence and the others in two to four."
        f" Reply with the {len(FIXED_QUESTIONS)} answers only, numbered"
        f" 1 to {len(FIXED_QUESTIONS)}, each on one line."
    )


def open_prompt(description: Description) -> str:
    """Asks for five questions of the writer's own, with answers."""
    return (
        f"{_show(description)}\n\n"
        f"Write {OPEN_QUESTIONS} different questions about the audio, each with its answer: on its"
        " tempo, its mood, its instruments or voices, its style, and on what can be inferred from"
        " it, such as where it would fit. Ask only what the words above can answer; do not ask for"
        " artists, titles or dates, nor simply for a description.\n\n"
        f"{_AS_A_LISTENER} Answer in full sentences. Reply in this form only, numbered"
        f" 1 to {OPEN_QUESTIONS}:\n1. Question: ...\nAnswer: ..."
    )


def correction(why: str) -> str:
    """What is said after a reply that cannot be used."""
    return (
        f"That reply cannot be used: {why}. Give the whole reply again, in exactly the form that"
        " was asked for, with nothing before or after it."
    )


def fixed_schema() -> dict[str, Any]:
    """JSON schema: {"answers": [text x 4]}."""
    return _object(answers=_list_of({"type": "string"}, len(FIXED_QUESTIONS)))


def open_schema() -> dict[str, Any]:
    """JSON schema: {"pairs": [{"question", "answer"} x 5]}."""
    pair = _object(question={"type": "string"}, answer={"type": "string"})
    return _object(pairs=_list_of(pair, OPEN_QUESTIONS))


def _show(description: Description) -> str:
    return f"{_SHOWN_AS[description.kind]}\n\n{description.text[:MAX_TEXT]}"


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(item: dict[str, Any], count: int) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": count, "maxItems": count}
