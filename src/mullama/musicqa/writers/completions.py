"""A response of OpenAI's chat completions -> the reply in it, and its tokens.

The format: https://platform.openai.com/docs/api-reference/chat/object. Nothing of it is taken for
granted, as servers differ. Does not know how it came.
"""

from dataclasses import dataclass
from typing import Any

from mullama.musicqa.interview.interview import Reply

MAX_TOKENS = 10**9
"""Of one reply, as its server counts them; a larger number means nothing."""


class BadCompletionError(ValueError):
    """A response without a reply; says in what way, on one line."""


@dataclass(frozen=True)
class Completion:
    """What a response holds."""

    reply: Reply
    tokens_in: int
    tokens_out: int


def read_completion(response: Any) -> Completion:
    """The first choice's text; a refusal is a text too. Raises BadCompletionError without one."""
    try:
        choice = response["choices"][0]
        message = choice["message"]
        text = message.get("content") or message.get("refusal") or ""
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadCompletionError("a response without choices") from error
    if not isinstance(text, str):
        raise BadCompletionError("a response whose content is not text")
    usage = response.get("usage") or {}
    truncated = choice.get("finish_reason") == "length"
    return Completion(
        Reply(text, truncated), _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    )


def _count(usage: Any, name: str) -> int:
    value = usage.get(name) if isinstance(usage, dict) else None
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value <= MAX_TOKENS else 0
