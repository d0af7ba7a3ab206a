"""The HTTP front before another engine: same limits, and clients are told no more than they should know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from canned_vllm import CannedVllm
from mullama.answer_options import AnswerOptions
from mullama.checkpoints.export.language_digest import language_digest, served_name
from mullama.checkpoints.model_folder import read_model_folder
from mullama.engine import open_engine
from mullama.load_options import LoadOptions
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor
from running_server import ask, sound_part, user, wav
from waiting import wait_until


@pytest.fixture
def folder(
    model: MuLlamaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> Path:
    model.save_pretrained(tmp_path / "tiny")
    MuLlamaProcessor.of(model.config, tokenizer).save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def far(folder: Path) -> Iterator[CannedVllm]:
    with CannedVllm(served_name(language_digest(read_model_folder(folder)))) as canned:
        yield canned


@pytest.fixture
def server(serving: Any, far: CannedVllm, folder: Path, tmp_path: Path) -> Iterator[Any]:
    answers = AnswerOptions(answer_at=far.url, adapters=tmp_path / "adapters")
    model = LoadOptions(model=folder)
    with serving(open_engine=lambda: open_engine(model, answers, batch_size=4)) as running:
        yield running


def test_answers_and_figures_are_the_same_as_ever(server: Any, far: CannedVllm) -> None:
    body = ask(user(sound_part(wav(1))), n=2, logprobs=True, top_logprobs=2, seed=1)
    answer = server.post(body).json()
    assert [choice["finish_reason"] for choice in answer["choices"]] == ["stop", "stop"]
    assert len(answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]) == 2
    assert answer["mullama"]["seconds_heard"] == 1.0
    assert sorted(body["seed"] for body in far.asked("completions")) == [1, 2]
    events = server.post(ask(user(sound_part(wav(1))), stream=True)).text
    assert events.endswith("data: [DONE]\n\n")
    wait_until(
        lambda: server.service.engine.state.outcomes["stop"] == 3
    )  # counted behind the answer
    assert server.service.engine.state.songs == 1


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [
        ("json", 502, "engine_failed"),
        ("error", 502, "engine_failed"),
        ("cut", 503, "engine_unavailable"),
    ],
)
def test_failures_are_told_apart_and_tell_nothing(
    server: Any, far: CannedVllm, mode: str, status: int, code: str
) -> None:
    far.modes.append(mode)
    refused = server.post(ask(user(sound_part(wav(1)))))
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert ("retry-after" in refused.headers) == (status == 503)
    assert "memory" not in refused.text
    assert server.post(ask(user(sound_part(wav(1))))).status_code == 200


def test_a_stop_text_ends_the_work_there(server: Any, far: CannedVllm) -> None:
    whole = server.post(ask(user(sound_part(wav(1))))).json()["choices"][0]["message"]["content"]
    far.modes.append("silent")
    stop = whole[1:3]
    answer = server.post(ask(user(sound_part(wav(1))), stop=stop)).json()["choices"][0]
    assert answer["message"]["content"] == whole.partition(stop)[0]
    assert answer["finish_reason"] == "stop"
    assert far.gone.wait(30)
    wait_until(lambda: not server.service.engine.state.running)
