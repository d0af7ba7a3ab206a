"""Choices over HTTP, against a real server; what does not go with them is refused by name."""

import threading
from typing import Any

import httpx
import pytest

from mullama.answer.choice import MAX_CHOICES
from mullama.song import MuLlama
from running_server import RunningServer, sound_part, user, wav
from tiny import RATE, clip

CHOICES = ["D", "D major", "E minor"]


def body(seed: int = 1, **more: Any) -> dict[str, Any]:
    return {"model": "tiny", "messages": [user(sound_part(wav(seed)))], "choices": CHOICES, **more}


def test_the_best_choice_and_all_probabilities(server: RunningServer, mu: MuLlama) -> None:
    found = server.post(body())
    assert found.status_code == 200, found.text
    told = found.json()
    heard = told["mullama"]
    (answer,) = told["choices"]
    assert answer["message"]["content"] == heard["answer"]
    assert answer["finish_reason"] == "stop"
    assert list(heard["choices"]) == CHOICES
    assert sum(heard["choices"].values()) == pytest.approx(1)
    assert (heard["calibrated"], heard["seconds_heard"]) == (False, 1.0)
    assert heard["probability"] == max(heard["choices"].values())
    assert told["usage"]["completion_tokens"] == 0
    alone = mu.listen(clip(1), sample_rate=RATE).ask("What plays?", choices=CHOICES)
    assert heard["choices"] == pytest.approx(alone.probabilities, abs=1e-2)  # the file has 16 bits
    metrics = server.get("/metrics").text
    assert 'outcome="choice"' in metrics


def test_cannot_tell(server: RunningServer) -> None:
    told = server.post(body(min_probability=1.0)).json()
    assert told["choices"][0]["message"]["content"] == "cannot tell"
    assert told["mullama"]["answer"] is None


@pytest.mark.parametrize(
    ("more", "param", "status"),
    [
        ({"stream": True}, "stream", 422),
        ({"n": 2}, "n", 422),
        ({"logprobs": True}, "logprobs", 422),
        ({"stop": "x"}, "stop", 422),
        ({"temperature": 0.5}, "temperature", 422),
        ({"seed": 0}, "seed", 422),
        ({"tools": [{"type": "function"}]}, "tools", 422),
        ({"choices": ["yes"]}, "choices", 400),
        ({"choices": ["yes", "yes"]}, "choices", 400),
        ({"choices": ["yes", ""]}, "choices", 400),
        ({"choices": ["yes", "la " * 40]}, "choices", 400),
        ({"choices": [str(n) for n in range(MAX_CHOICES + 1)]}, "choices", 400),
        ({"choices": None, "min_probability": 0.5}, "min_probability", 422),
        ({"min_probability": 1.5}, "min_probability", 400),
    ],
)
def test_what_is_refused(
    server: RunningServer, more: dict[str, Any], param: str, status: int
) -> None:
    found = server.post(body() | more)
    error = found.json()["error"]
    assert (found.status_code, error["param"]) == (status, param), error
    assert "\n" not in error["message"]


def test_what_asks_for_nothing_goes_with_them(server: RunningServer) -> None:
    assert server.post(body(stream=False, n=1, logprobs=False, tools=[])).status_code == 200


def test_beside_written_answers_each_has_its_own(server: RunningServer) -> None:
    alone = {seed: server.post(body(seed)).json()["mullama"]["choices"] for seed in (1, 2, 3)}
    found: dict[int, httpx.Response] = {}

    def choose(seed: int) -> None:
        found[seed] = server.post(body(seed))

    def write(seed: int) -> None:
        asked = body(seed, max_tokens=100)
        del asked["choices"]
        assert server.post(asked).status_code == 200

    threads = [threading.Thread(target=f, args=(n,)) for n in (1, 2, 3) for f in (choose, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed, told in alone.items():
        assert found[seed].json()["mullama"]["choices"] == pytest.approx(told, abs=1e-4)
