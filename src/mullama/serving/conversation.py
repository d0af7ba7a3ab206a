"""A conversation -> one question about one sound, which is what the model can answer.

The model was trained on single questions: it is given the words of the last turn and the newest sound,
and nothing else. Earlier turns are counted as unread, so that the client is told; what would have to
be obeyed (instructions, results of tools) or heard beside the sound is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mullama.data.records import is_utf8
from mullama.serving.chat_request import (
    AudioUrlPart,
    InputAudioPart,
    Message,
    SoundPart,
    TextPart,
)
from mullama.serving.refusals import ApiError


@dataclass(frozen=True)
class Asked:
    """What the model is given."""

    question: str
    sound: SoundPart | None
    """None where the conversation brought none: the language model then answers by itself."""
    where: str
    """The sound's field, such as messages[0].content[1].input_audio.data; empty without one."""
    unread: tuple[int, ...]
    """The earlier messages of which the model is not given the words, by their index."""


def read(messages: Sequence[Message], *, max_question: int) -> Asked:
    """What a conversation asks last; raises ApiError for what cannot be done."""
    for number, message in enumerate(messages):
        _require_readable(message, f"messages[{number}]")
    last = len(messages) - 1
    if messages[last].role != "user":
        raise _refusal("the last message must be the user's, with a question", f"messages[{last}]")
    question = _question(messages[last], f"messages[{last}].content", max_question)
    place = next((n for n in range(last, -1, -1) if _sounds(messages[n])), None)
    unread = tuple(n for n in range(last) if n != place or _words(messages[n]))
    if place is None:
        return Asked(question, None, "", unread)
    (part, sound), *more = _sounds(messages[place])
    if more:
        raise _refusal(
            "one piece of music at a time: ask about the others in requests of their own",
            f"messages[{place}].content[{more[0][0]}]",
        )
    where = f"messages[{place}].content[{part}].{_field(sound)}"
    return Asked(question, sound, where, unread)


def _require_readable(message: Message, where: str) -> None:
    """Refuse roles and parts that would be dropped."""
    if message.role in ("tool", "function") or message.tool_calls or message.function_call:
        raise _refusal("this model calls no tools", where)
    if message.role in ("system", "developer") and _words(message).strip():
        raise _refusal(
            "this model was trained on single questions and takes no instructions beside them: "
            "put what matters into the question",
            where,
        )
    if message.role != "user" and _sounds(message):
        raise _refusal("music comes in the user's messages", f"{where}.content")
    if message.role == "user" and message.audio is not None:
        raise _refusal("music comes in a part of content, as input_audio", f"{where}.audio")


def _question(message: Message, where: str, longest: int) -> str:
    question = _words(message)
    if not question.strip():
        raise _refusal(
            "the last message asks nothing: add a part of text, such as 'Describe the audio'",
            where,
            code="missing_question",
            status=400,
        )
    if not is_utf8(question):
        raise _refusal("the text has halves of characters", where, "invalid_value", 400)
    if len(question) > longest:
        raise _refusal(
            f"the question has {len(question)} characters; {longest} are taken",
            where,
            "too_long",
            413,
        )
    return question


def _words(message: Message) -> str:
    return "\n".join(part.text for part in message.parts if isinstance(part, TextPart))


def _sounds(message: Message) -> list[tuple[int, SoundPart]]:
    """The parts that are sounds, with their index."""
    return [(n, part) for n, part in enumerate(message.parts) if not isinstance(part, TextPart)]


def _field(sound: SoundPart) -> str:
    """Where in its part a sound is."""
    match sound:
        case InputAudioPart():
            return "input_audio.data"
        case AudioUrlPart():
            return "audio_url.url"
    return "file.file_data" if sound.file.file_id is None else "file.file_id"


def _refusal(
    message: str, param: str, code: str = "unsupported_value", status: int = 422
) -> ApiError:
    return ApiError(status, message, param=param, code=code)
