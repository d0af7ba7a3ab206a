"""An interview asks until it has nine pairs, or says why it has not."""

from collections.abc import Callable

from mullama.data.formats.published import FIXED_QUESTIONS
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.interview import ATTEMPTS, MAX_REPLY_SHOWN, Reply, Request, interview

CLIP = Description("test", "7", "rock, guitar", "tags", licence="CC0")
FIXED = Reply("1. a\n2. b\n3. c\n4. d")
OPEN = Reply("\n".join(f"Q: What is {n}?\nA: It is {n}." for n in range(5)))
NOISY = Reply("1. a\n2. b\n3. c\n4. The tag rock.")


def script(*replies: Reply) -> tuple[Callable[[Request], Reply], list[Request]]:
    """Says these one after another, the last one for ever; and what it was asked."""
    asked: list[Request] = []

    def ask(request: Request) -> Reply:
        asked.append(request)
        return replies[min(len(asked), len(replies)) - 1]

    return ask, asked


def test_two_replies_make_nine_pairs() -> None:
    ask, asked = script(FIXED, OPEN)
    result = interview(CLIP, "me", ask)
    assert [question for question, _ in result.pairs[:4]] == list(FIXED_QUESTIONS)
    assert result.pairs[4:] == tuple((f"What is {n}?", f"It is {n}.") for n in range(5))
    assert (result.id, result.source, result.writer, result.licence) == ("7", "test", "me", "CC0")
    assert [len(request.messages) for request in asked] == [1, 1]
    assert all("rock, guitar" in request.messages[0]["content"] for request in asked)


def test_an_unusable_reply_is_shown_to_its_writer_with_what_it_lacks() -> None:
    ask, asked = script(Reply("1. only"), FIXED, OPEN)
    assert not interview(CLIP, "me", ask).failed
    first, bad, correction = asked[1].messages
    assert first == asked[0].messages[0]
    assert bad == {"role": "assistant", "content": "1. only"}
    assert "1 answers, not 4" in correction["content"]
    assert asked[0].seed != asked[1].seed


def test_a_reply_that_is_cut_off_is_not_used() -> None:
    ask, asked = script(Reply(FIXED.text, truncated=True), FIXED, OPEN)
    assert len(interview(CLIP, "me", ask).pairs) == 9
    assert len(asked) == 3


def test_after_the_last_attempt_it_fails_with_the_last_text() -> None:
    ask, asked = script(FIXED, Reply("x" * 9999))
    result = interview(CLIP, "me", ask)
    assert result.failed.startswith("open_pairs: ")
    assert result.last_text == "x" * MAX_REPLY_SHOWN
    assert result.pairs == ()
    assert len(asked) == 1 + ATTEMPTS


def test_an_unwanted_reply_is_asked_for_again_once_and_then_taken() -> None:
    ask, asked = script(NOISY, FIXED, OPEN)
    assert interview(CLIP, "me", ask).pairs[3][1] == "d"
    assert "speaks of tags" in asked[1].messages[-1]["content"]
    ask, asked = script(NOISY, NOISY, OPEN)
    assert interview(CLIP, "me", ask).pairs[3][1] == "The tag rock."
    ask, asked = script(NOISY, Reply("sorry"), OPEN)
    assert interview(CLIP, "me", ask).pairs[3][1] == "The tag rock."
    ask, asked = script(NOISY, OPEN)
    assert interview(CLIP, "me", ask, attempts=1).pairs[3][1] == "The tag rock."


def test_requests_are_the_same_every_time_and_differ_between_clips() -> None:
    ask, first = script(FIXED, OPEN)
    interview(CLIP, "me", ask)
    ask, second = script(FIXED, OPEN)
    interview(CLIP, "me", ask)
    assert first == second
    ask, other = script(FIXED, OPEN)
    interview(Description("test", "8", "rock, guitar", "tags"), "me", ask)
    assert {request.seed for request in first}.isdisjoint(request.seed for request in other)
    assert all(0 <= request.seed < 2**31 for request in first)
