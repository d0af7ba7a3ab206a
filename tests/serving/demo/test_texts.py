"""What the page says of a visit."""

import json

import pytest

from mullama.serving.demo import texts
from mullama.serving.demo.visit import Conversation, Turn, Visit


def visit(*turns: Turn, name: str = "song.mp3") -> Visit:
    made = Visit()
    made.open(Conversation("/cache/song.mp3", name, 60.0, 200.0, 1.25, ("a warning <",)))
    made.conversations["1"].turns.extend(turns)
    return made


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "unknown"), (0.25, "0.2 s"), (59.94, "59.9 s"), (59.97, "1:00"), (60, "1:00"),
     (3599.6, "1:00:00"), (3725, "1:02:05")],
)  # fmt: skip
def test_lengths(seconds: float | None, shown: str) -> None:
    assert texts.length(seconds) == shown


def test_nothing_of_a_visitor_becomes_html() -> None:
    bad = "<img src=x onerror=alert(1)>"
    made = visit(Turn("?", "!", "stop"), name=bad)
    made.notice = bad
    shown = [texts.card(made), texts.notice(made), texts.figures(bad, made.conversation)]
    shown.append(texts.head(bad))
    made.listening = bad
    assert "<img" not in "".join([*shown, texts.card(made)])
    assert "a warning &lt;" in shown[0]


def test_a_turn_is_two_messages_and_its_figures() -> None:
    made = visit(Turn("Which?", "A flute.", "length", 0.5, 4, known=False))
    assert texts.messages(made.conversation) == [
        {"role": "user", "content": "Which?"},
        {"role": "assistant", "content": "A flute."},
    ]
    figures = texts.figures("small", made.conversation)
    for part in ("small", "1:00 heard", "0.50 s", "4 tokens", "listened to again", "allow more"):
        assert part in figures


def test_a_turn_without_words_says_why() -> None:
    for ended, words in {None: "…", "cancelled": "(stopped)", "stop": "(no words)"}.items():
        assert texts.messages(visit(Turn("?", "", ended)).conversation)[1]["content"] == words
    assert texts.figures("small", visit(Turn("?")).conversation) == ""


def test_json_holds_every_conversation_and_no_path() -> None:
    made = visit(Turn("Which?", "A flute.", "stop", 0.51239, 4, options={"seed": 1}))
    made.open(Conversation("/cache/other.mp3", "other.mp3", 5.0, 5.0, 0.1))
    text = json.dumps(made.as_json("small"))
    assert "/cache" not in text
    first, second = json.loads(text)["conversations"]
    assert (first["audio"], first["seconds_heard"], second["turns"]) == ("song.mp3", 60.0, [])
    assert first["turns"][0]["seconds"] == 0.512
    assert first["turns"][0]["options"] == {"seed": 1}


def test_pieces_come_and_go() -> None:
    made = visit()
    made.open(Conversation("/b", "b", 5.0, 5.0, 0.1))
    assert texts.choices(made) == [("song.mp3 · 1:00", "1"), ("b · 5.0 s", "2")]
    made.forget()
    assert made.current == "1"
    made.leave()
    assert made.conversation is None
    assert list(made.conversations) == ["1"]
    made.open(Conversation("/c", "c", 5.0, 5.0, 0.1))
    assert list(made.conversations) == ["1", "3"]
