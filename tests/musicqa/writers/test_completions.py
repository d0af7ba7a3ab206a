"""Replies are read from responses of every kind, and from nothing else."""

from typing import Any

import pytest

from mullama.musicqa.interview.interview import Reply
from mullama.musicqa.writers.completions import BadCompletionError, read_completion


def response(finish_reason: str = "stop", **message: Any) -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": finish_reason}]}


def test_text_and_tokens_are_read() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    completion = read_completion({**response(content="Hello"), "usage": usage})
    assert completion.reply == Reply("Hello")
    assert (completion.tokens_in, completion.tokens_out) == (7, 3)


def test_a_refusal_and_nothing_at_all_are_texts() -> None:
    assert read_completion(response(content=None, refusal="No.")).reply.text == "No."
    assert read_completion(response(content=None)).reply.text == ""


def test_a_text_that_was_cut_is_marked() -> None:
    assert read_completion(response("length", content="Hel")).reply.truncated


@pytest.mark.parametrize(
    "usage",
    [
        None,
        [],
        {"prompt_tokens": "many"},
        {},
        {"completion_tokens": -1},
        {"prompt_tokens": 10**400},
        {"prompt_tokens": True},
    ],
)
def test_tokens_may_be_missing(usage: object) -> None:
    completion = read_completion({**response(content="a"), "usage": usage})
    assert (completion.tokens_in, completion.tokens_out) == (0, 0)


@pytest.mark.parametrize(
    "value",
    [None, [], "text", {}, {"choices": []}, {"choices": [None]}, {"choices": [{"message": None}]},
     {"choices": [{"message": "text"}]}, response(content=[{"type": "text"}])],
)  # fmt: skip
def test_what_is_no_completion_is_told(value: Any) -> None:
    with pytest.raises(BadCompletionError):
        read_completion(value)
