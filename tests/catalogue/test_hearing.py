"""How many workers there are, and what of the cores each has."""

import pytest
import torch

from mullama.answer_options import AnswerOptions
from mullama.catalogue import hearing as hearing_module
from mullama.catalogue.hearing import Asked, default_engine, default_workers, hearing
from mullama.load_options import LoadOptions


def test_a_small_model_has_a_worker_for_each_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 6)
    here = LoadOptions(device="cpu")
    assert default_workers(here, AnswerOptions()) == 6
    assert default_workers(LoadOptions(device="cuda"), AnswerOptions()) == 1
    assert default_workers(here, AnswerOptions(answer_at="vllm:http://127.0.0.1:8000")) == 1
    monkeypatch.setattr(hearing_module, "SMALL_BYTES", 1)
    assert default_workers(here, AnswerOptions()) == 1
    assert (default_engine(1), default_engine(6)) == ("here", "threads")


def test_threads_share_the_cores_while_they_work(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    seen: list[int] = []

    def nothing(*_: object, **__: object) -> object:
        return lambda batches: iter([[seen.append(torch.get_num_threads())]])

    monkeypatch.setattr(hearing_module, "choose", nothing)
    asked = Asked(LoadOptions(), {}, as_published=False)
    try:
        for where, workers, share in (("threads", 2, 2), ("threads", 9, 1), ("here", 1, 4)):
            list(hearing(asked, where, workers)([]))  # type: ignore[arg-type]
            assert seen.pop() == share
            assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)
