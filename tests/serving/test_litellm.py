"""LiteLLM against a real server.

It is not among the tests' own packages: it holds others back to older releases. Skipped without it; to
run this, install it into an environment of its own, beside what `make test` installs.
"""

import os
from typing import Any

import pytest

from mullama.song import MuLlama
from running_server import RunningServer, sound_part, user, wav

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # it would fetch a list of prices
litellm = pytest.importorskip("litellm")


def complete(
    server: RunningServer, *messages: dict[str, Any], key: str = "none", **more: Any
) -> Any:
    return litellm.completion(
        model="openai/tiny",
        messages=list(messages),
        api_base=server.url,
        api_key=key,
        num_retries=0,
        timeout=60,
        **more,
    )


@pytest.fixture
def expected(mu: MuLlama, tmp_path: Any) -> str:
    (tmp_path / "a.wav").write_bytes(wav(1))
    return mu.listen(tmp_path / "a.wav").ask("What plays?", max_new_tokens=8).text


def test_a_completion(server: RunningServer, expected: str) -> None:
    found = complete(server, user(sound_part(wav(1))), max_tokens=8)
    assert found.choices[0].message.content == expected
    assert found.usage.completion_tokens == 8


def test_a_stream(server: RunningServer, expected: str) -> None:
    chunks = list(complete(server, user(sound_part(wav(1))), max_tokens=8, stream=True))
    assert len(chunks) > 3
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == expected


def test_several_answers_with_logprobs(server: RunningServer) -> None:
    more = {"n": 2, "seed": 1, "temperature": 1.0, "logprobs": True, "top_logprobs": 3}
    found = complete(server, user(text="What plays?"), max_tokens=4, **more)
    assert len(found.choices) == 2
    for token in found.choices[1].logprobs.content:
        assert len(token.top_logprobs) == 3


def test_errors_are_its_own(server: RunningServer, serving: Any) -> None:
    bad = {"type": "input_audio", "input_audio": {"data": "bm8gbXVzaWM=", "format": "wav"}}
    with pytest.raises(litellm.exceptions.APIError, match="no sound can be read") as refused:
        complete(server, user(bad))
    assert refused.value.status_code == 415
    with pytest.raises(litellm.exceptions.NotFoundError, match="tiny"):
        litellm.completion(
            model="openai/other",
            messages=[user(text="x")],
            api_base=server.url,
            api_key="none",
            num_retries=0,
        )
    with pytest.raises(litellm.exceptions.BadRequestError, match="equal to 20"):
        complete(server, user(text="x"), logprobs=True, top_logprobs=21)
    with (
        serving(keys=("a-key-of-ours",)) as guarded,
        pytest.raises(litellm.exceptions.AuthenticationError),
    ):
        complete(guarded, user(text="x"), key="another-key")
