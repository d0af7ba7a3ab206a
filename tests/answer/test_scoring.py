"""Given tokens are as likely as the model's own whole forward makes them: both decoders, every kind."""

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import LlamaForCausalLM

from llamas import KINDS, llama, music
from mullama.answer import branches as branches_module
from mullama.answer import likelihood as likelihood_module
from mullama.answer.branches import Branches
from mullama.answer.decoder import Decoder, StockDecoder
from mullama.answer.fast import FastLlama
from mullama.answer.likelihood import loglikelihoods

PROMPTS = [[5, 9, 3, 7, 2], [8], [4, 4, 6]]
ANSWERS = [
    (0, [3]),
    (1, [7, 2, 9, 4]),
    (0, [3, 8]),
    (2, [1, 1]),
    (0, [9, 2, 3, 4, 5, 6, 7]),
    (0, [9, 2, 3, 4, 8, 6, 7]),
    (0, [9, 2, 3]),
    (1, [7, 2, 9, 4]),
    (1, [7, 2]),
    (2, [9, 2, 3, 4, 5, 6, 7]),
]
"""With beginnings in common, some of which are answers, and one that is there twice."""
CPU = torch.device("cpu")


def told_by_the_model(
    model: LlamaForCausalLM, shifts: Tensor, place: int, answer: list[int]
) -> float:
    """By its own forward, alone."""
    whole = [*PROMPTS[place], *answer]
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([whole]), shifts=shifts[place][None]).logits
    logprobs = logits[0].float().log_softmax(-1)
    return sum(float(logprobs[at - 1, whole[at]]) for at in range(len(PROMPTS[place]), len(whole)))


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"dynamic rope"}))
@pytest.mark.parametrize("decoder_class", [FastLlama, StockDecoder])
def test_as_the_whole_forward_has_it(decoder_class: type[Decoder], kind: str) -> None:
    model = llama(**KINDS[kind])
    shifts = music(model, len(PROMPTS))
    decoder = decoder_class(model)
    found = loglikelihoods(decoder, PROMPTS, ANSWERS, shifts, device=CPU)
    wanted = [told_by_the_model(model, shifts, *answer) for answer in ANSWERS]
    assert found == pytest.approx(wanted, abs=1e-5 * 7)
    for answer, told in zip(ANSWERS, found, strict=True):
        (alone,) = loglikelihoods(decoder, PROMPTS, [answer], shifts, device=CPU)
        assert alone == pytest.approx(told, abs=1e-5)


@pytest.mark.parametrize("decoder_class", [FastLlama, StockDecoder])
def test_many_passes_are_as_one(
    decoder_class: type[Decoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = llama()
    asked = (decoder_class(model), PROMPTS, ANSWERS, music(model, len(PROMPTS)))
    passes: list[None] = []
    whole = loglikelihoods(*asked, device=CPU)
    monkeypatch.setattr(likelihood_module, "TOKENS_AT_ONCE", 1)
    monkeypatch.setattr(branches_module, "SCORED_AT_ONCE", 1)
    found = loglikelihoods(*asked, device=CPU, between=lambda: passes.append(None))
    assert found == pytest.approx(whole, abs=1e-5)
    assert len(passes) == 2 * len(PROMPTS)
    monkeypatch.setattr(likelihood_module, "NODES_AT_ONCE", 2)
    assert loglikelihoods(*asked, device=CPU) == pytest.approx(whole, abs=1e-5)


def test_attention_that_takes_no_trees_reads_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    model = llama()
    shifts = music(model, len(PROMPTS))
    decoder = StockDecoder(model)
    trees = loglikelihoods(decoder, PROMPTS, ANSWERS, shifts, device=CPU)
    monkeypatch.setattr(decoder, "trees", False)
    margins = [0.0] * len(PROMPTS)
    rows = loglikelihoods(decoder, PROMPTS, ANSWERS, shifts, device=CPU, margins=margins)
    assert rows == pytest.approx(trees, abs=1e-5)


@pytest.mark.parametrize("decoder_class", [FastLlama, StockDecoder])
@pytest.mark.parametrize("margin", [0.0, 0.5, 2.0, 5.0])
def test_what_is_within_the_margin_is_exact(decoder_class: type[Decoder], margin: float) -> None:
    """The others are told to be less likely than the best by more than the margin, and are."""
    model = llama()
    shifts = music(model, len(PROMPTS))
    decoder = decoder_class(model)
    numbers = range(10, 30)
    answers = [(place, [3, n, n % 3, 7, n % 5]) for place in range(3) for n in numbers] + ANSWERS
    exact = loglikelihoods(decoder, PROMPTS, answers, shifts, device=CPU)
    found = loglikelihoods(decoder, PROMPTS, answers, shifts, device=CPU, margins=[margin] * 3)
    best = [max(t for (p, _), t in zip(answers, exact, strict=True) if p == n) for n in range(3)]
    cut = 0
    for (place, _), told, true in zip(answers, found, exact, strict=True):
        if told != pytest.approx(true, abs=1e-5):
            assert true < told < best[place] - margin
            cut += 1
    assert cut > 0 or margin == 5.0


def test_what_answers_have_in_common_is_read_once() -> None:
    model = llama()
    decoder, read = FastLlama(model), list[int]()

    class Counted(FastLlama):
        def branch(self, some: Branches, *more: Any) -> Tensor:
            read.append(int((some.sees.sum(-1) > 1).sum()))
            return super().branch(some, *more)

    answers = [(0, [1, 2, 3, n, 9]) for n in range(10, 20)]
    shifts = music(model, 1)
    found = loglikelihoods(Counted(model), PROMPTS[:1], answers, shifts, device=CPU)
    assert sum(read) == 2 + 10  # the first of all sees nothing but the prompt and itself
    alone = [loglikelihoods(decoder, PROMPTS[:1], [a], shifts, device=CPU)[0] for a in answers]
    assert found == pytest.approx(alone, abs=1e-5)
