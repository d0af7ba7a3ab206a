from typing import Any

import pytest
from pydantic import ValidationError

from mullama.answer.sampling import Sampling
from mullama.options import options_of
from mullama.serving.chat_request import LABELS, NEUTRAL, ChatRequest
from mullama.serving.refusals import ApiError

BARE: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "What plays?"}]}


def test_every_option_of_sampling_is_a_field_with_its_bounds() -> None:
    request = ChatRequest.model_validate(BARE)
    assert set(request.sampling(0)) == set(options_of(Sampling))
    properties = ChatRequest.model_json_schema()["properties"]
    assert properties["temperature"]["anyOf"][0]["maximum"] == 100
    assert properties["top_k"]["anyOf"][0]["minimum"] == 0
    assert "flatten" in properties["temperature"]["description"]


def test_what_is_not_given_is_the_model_s_own() -> None:
    assert set(ChatRequest.model_validate(BARE).sampling(0).values()) == {None}


def test_the_newer_name_of_the_longest_answer_counts_and_seeds_go_up() -> None:
    request = ChatRequest.model_validate(
        {**BARE, "max_tokens": 5, "max_completion_tokens": 7, "seed": 2**63 - 1}
    )
    assert request.sampling(0)["max_new_tokens"] == 7
    assert [request.sampling(n)["seed"] for n in (0, 1)] == [2**63 - 1, 0]
    assert ChatRequest.model_validate({**BARE, "max_tokens": 5}).sampling(0)["max_new_tokens"] == 5


@pytest.mark.parametrize("name", NEUTRAL)
def test_fields_that_ask_for_nothing_pass_and_others_are_refused_by_name(name: str) -> None:
    for value in (None, *NEUTRAL[name]):
        ChatRequest.model_validate({**BARE, name: value})
    with pytest.raises(ApiError, match=name) as refused:
        ChatRequest.model_validate({**BARE, name: {"something": 1}})
    assert (refused.value.status, refused.value.param) == (422, name)


def test_labels_pass() -> None:
    ChatRequest.model_validate({**BARE, **dict.fromkeys(LABELS, "anything")})


def test_true_is_no_number() -> None:
    with pytest.raises(ApiError):
        ChatRequest.model_validate({**BARE, "presence_penalty": False})
    with pytest.raises(ValidationError):
        ChatRequest.model_validate({**BARE, "n": True})


@pytest.mark.parametrize(
    "more",
    [
        {"temperature": -0.1}, {"temperature": "1"}, {"top_p": 1.1}, {"temperature": float("nan")}, {"n": 0},
        {"seed": -1}, {"seed": 2**63}, {"max_tokens": 0}, {"stop": ""}, {"stop": ["a", ""]},
        {"stop": ["a"] * 5}, {"messages": []}, {"stream": "yes"}, {"unknown": 1},
    ],
)  # fmt: skip
def test_bounds_hold(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ChatRequest.model_validate({**BARE, **more})


def test_a_file_is_an_id_or_data() -> None:
    for file in ({}, {"file_id": "a", "file_data": "b"}):
        message = {"role": "user", "content": [{"type": "file", "file": file}]}
        with pytest.raises(ValidationError, match="one of them"):
            ChatRequest.model_validate({**BARE, "messages": [message]})
