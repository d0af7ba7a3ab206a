"""A row -> what vLLM is asked, and each event of its answer -> tokens. Nothing that comes back is believed.

Tokens travel as ids in both directions, so that no two vocabularies have to agree on texts. See
https://docs.vllm.ai/en/stable/serving/online_serving/openai_compatible_server for the fields.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mullama.answer.decoding import Token
from mullama.answer.rolling import Row
from mullama.answer.sampling import Sampling
from mullama.errors import EngineFailed

TOKEN = "token_id:"
"""What a token's name begins with, where vLLM is asked for ids in the place of texts."""


@dataclass(frozen=True)
class Piece:
    """What one event brings."""

    tokens: tuple[Token, ...]
    finished: Literal["stop", "length"] | None
    """With the last event."""


def request(row: Row, model: str, stop: frozenset[int]) -> dict[str, Any]:
    """The body of a streamed completion of one row, by the adapter `model`."""
    return {
        "model": model,
        "prompt": list(row.prompt),
        "max_tokens": row.sampling.max_new_tokens,
        "stop_token_ids": sorted(stop),
        **_sampling(row.sampling),
        "logprobs": row.top_logprobs,
        "stream": True,
        "return_token_ids": True,
        "return_tokens_as_token_ids": True,
    }


def likelihood_request(tokens: Sequence[int], then: int, model: str) -> dict[str, Any]:
    """The body that asks how likely the token `then` is behind a text: it is the only one allowed.

    Not by `prompt_logprobs`, which ended vLLM 0.32.0 where adapters were mixed, and not by
    `logprob_token_ids`, which took away the `logprobs` of all others in the batch.
    """
    return {
        "model": model,
        "prompt": list(tokens),
        "max_tokens": 1,
        **_sampling(Sampling(temperature=0.0)),
        "allowed_token_ids": [then],
        "logprobs": 0,
        "return_token_ids": True,
    }


def _sampling(sampling: Sampling) -> dict[str, Any]:
    """Every option is told, since what is left out is the server's own."""
    # A top_p of 0 keeps the likeliest token alone; vLLM wants it said by the temperature.
    greedy = sampling.greedy or sampling.top_p == 0.0
    return {
        "temperature": 0.0 if greedy else sampling.temperature,
        "top_p": 1.0 if greedy else sampling.top_p,
        "top_k": 0 if greedy else sampling.top_k,
        "min_p": 0.0 if greedy else sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
        "seed": sampling.seed,
    }


def read_event(line: bytes, row: Row, stop: frozenset[int], key: str = "") -> Piece | None:
    """One line of the stream; None for what says nothing. Raises EngineFailed for what is none.

    The token that ends an answer is not part of it. `key` is not shown, should it be sent back.
    """
    data = line.removeprefix(b"data:").strip()
    if not line.startswith(b"data:") or not data or data == b"[DONE]":
        return None
    event = parsed(data)
    if "error" in event:
        raise EngineFailed(f"vLLM broke an answer off: {message(event, key)}")
    choices = event.get("choices")
    if choices == []:  # figures of use
        return None
    choice = choices[0] if isinstance(choices, list) and len(choices) == 1 else None
    if not isinstance(choice, dict):
        raise malformed("an event without one choice")
    finished = choice.get("finish_reason")
    if finished not in (None, "stop", "length"):
        raise EngineFailed(f"vLLM ended an answer by {str(finished)[:40]!r}")
    return Piece(_tokens(choice, row, stop, ended=finished == "stop"), finished)


def read_likelihood(body: dict[str, Any], then: int) -> float:
    """The log-probability of the token `then`. Raises EngineFailed."""
    try:
        choice = body["choices"][0]
        if choice["token_ids"] != [then]:
            raise malformed("another token than was allowed")
        return _number(choice["logprobs"]["token_logprobs"][0])
    except (KeyError, IndexError, TypeError) as error:
        raise malformed("a completion without the likelihood that it was asked for") from error


def parsed(data: bytes) -> dict[str, Any]:
    """A JSON object. Raises EngineFailed."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise malformed("something that is no JSON") from error
    if not isinstance(found, dict):
        raise malformed("JSON that is no object")
    return found


def message(body: dict[str, Any], key: str = "") -> str:
    """What an error of the server says, short, in one line, and without the key that it was sent."""
    error = body.get("error", body.get("detail", ""))
    text = error.get("message", "") if isinstance(error, dict) else error
    shown = str(text).replace(key, "***") if key else str(text)
    return " ".join(shown.split())[:300] or "it does not say why"


def malformed(what: str) -> EngineFailed:
    """What is raised where a reply cannot be one of vLLM's."""
    return EngineFailed(f"what answers at that address is no vLLM that we know: it sent {what}")


def _tokens(
    choice: dict[str, Any], row: Row, stop: frozenset[int], *, ended: bool
) -> tuple[Token, ...]:
    ids, beside = choice.get("token_ids"), choice.get("logprobs")
    if not isinstance(ids, list) or not all(type(token) is int and token >= 0 for token in ids):
        raise malformed("an event without token ids")
    if not ids:
        return ()
    try:
        logprobs, likeliest = beside["token_logprobs"], beside["top_logprobs"]  # type: ignore[index]
        if not len(ids) == len(logprobs) == len(likeliest):
            raise malformed("tokens and likelihoods that do not pair up")
        tokens = [
            Token(token, _number(logprob), _likeliest(others, row.top_logprobs))
            for token, logprob, others in zip(ids, logprobs, likeliest, strict=True)
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise malformed("an event without likelihoods") from error
    return tuple(tokens[:-1] if ended and ids[-1] in stop else tokens)


def _likeliest(others: dict[str, Any] | None, count: int) -> tuple[tuple[int, float], ...]:
    """The `count` likeliest; the one that was taken comes beside them where it is none of them."""
    found = [
        (int(name.removeprefix(TOKEN)), _number(value)) for name, value in (others or {}).items()
    ]
    return tuple(sorted(found, key=lambda pair: -pair[1])[:count])


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value) or value > 1e-3:
        raise malformed("a likelihood that is none")
    return min(0.0, float(value))
