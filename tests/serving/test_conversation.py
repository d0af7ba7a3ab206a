from typing import Any

import pytest

from mullama.serving.chat_request import InputAudioPart, Message
from mullama.serving.conversation import Asked, read
from mullama.serving.refusals import ApiError


def sound(name: str) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": name, "format": "wav"}}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def asked(*messages: tuple[str, Any]) -> Asked:
    found = [
        Message.model_validate({"role": role, "content": content}) for role, content in messages
    ]
    return read(found, max_question=100)


def refused(*messages: tuple[str, Any]) -> ApiError:
    with pytest.raises(ApiError) as error:
        asked(*messages)
    return error.value


def data(found: Asked) -> str:
    assert isinstance(found.sound, InputAudioPart)
    return found.sound.input_audio.data


def test_one_turn() -> None:
    found = asked(("user", [sound("A"), text("What"), text("plays?")]))
    assert found.question == "What\nplays?"
    assert data(found) == "A"
    assert found.where == "messages[0].content[0].input_audio.data"
    assert found.unread == ()


def test_the_newest_sound_is_asked_about_and_the_words_before_are_told_to_be_unread() -> None:
    first = ("user", [sound("A"), text("What plays?")])
    said = ("assistant", "A fiddle.")
    again = asked(first, said, ("user", "How fast?"))
    assert (data(again), again.question, again.unread) == ("A", "How fast?", (0, 1))
    other = asked(first, said, ("user", [text("And this?"), sound("B")]))
    assert (data(other), other.unread) == ("B", (0, 1))
    assert other.where == "messages[2].content[1].input_audio.data"
    only_sound = asked(("user", [sound("A")]), ("user", "What plays?"))
    assert (data(only_sound), only_sound.unread) == ("A", ())


def test_without_a_sound_the_language_model_is_asked() -> None:
    found = asked(("user", "What is a fugue?"))
    assert found.sound is None
    assert found.where == ""


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([("system", "Be brief."), ("user", "What plays?")], "messages[0]"),
        ([("developer", [text("Be brief.")]), ("user", "What plays?")], "messages[0]"),
        ([("user", "What plays?"), ("assistant", "A")], "messages[1]"),
        ([("tool", "42"), ("user", "What plays?")], "messages[0]"),
        ([("assistant", [sound("A")]), ("user", "What plays?")], "messages[0].content"),
        ([("user", [sound("A"), text("?"), sound("B")])], "messages[0].content[2]"),
        ([("user", [sound("A")])], "messages[0].content"),
        ([("user", None)], "messages[0].content"),
        ([("user", "  ")], "messages[0].content"),
        ([("user", "\ud800")], "messages[0].content"),
        ([("user", "x" * 101)], "messages[0].content"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_place(
    messages: list[tuple[str, Any]], param: str
) -> None:
    error = refused(*messages)
    assert error.param == param
    assert 400 <= error.status < 500


def test_empty_instructions_instruct_nothing() -> None:
    assert asked(("system", " "), ("user", "What plays?")).question == "What plays?"
