"""Given tokens are as likely as the model's own whole forward makes them: both decoders, every kind."""

import pytest
import torch

from llamas import KINDS, llama, music
from mullama.answer import decoder as decoder_module
from mullama.answer.decoder import Decoder, StockDecoder
from mullama.answer.fast import FastLlama
from mullama.answer.likelihood import ROWS_AT_ONCE, loglikelihoods

PROMPTS = [[5, 9, 3, 7, 2], [8], [4, 4, 6]]
ANSWERS = [(0, [3]), (1, [7, 2, 9, 4]), (0, [3, 8]), (2, [1, 1]), (0, [9, 2, 3, 4, 5, 6, 7])]


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"dynamic rope"}))
@pytest.mark.parametrize("decoder_class", [FastLlama, StockDecoder])
def test_as_the_whole_forward_has_it(decoder_class: type[Decoder], kind: str) -> None:
    model = llama(**KINDS[kind])
    shifts = music(model, len(PROMPTS))
    answers = ANSWERS * (1 + ROWS_AT_ONCE // len(ANSWERS))  # in more than one pass
    found = loglikelihoods(
        decoder_class(model), PROMPTS, answers, shifts, device=torch.device("cpu")
    )
    for (place, answer), told in zip(answers[: len(ANSWERS)], found, strict=False):
        whole = [*PROMPTS[place], *answer]
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([whole]), shifts=shifts[place][None]).logits
        logprobs = logits[0].float().log_softmax(-1)
        wanted = sum(
            float(logprobs[at - 1, whole[at]]) for at in range(len(PROMPTS[place]), len(whole))
        )
        assert told == pytest.approx(wanted, abs=1e-4)
    assert found[-len(ANSWERS) :] == pytest.approx(found[: len(ANSWERS)], abs=1e-4)


@pytest.mark.parametrize("decoder_class", [FastLlama, StockDecoder])
def test_few_logits_at_a_time_are_the_same(
    decoder_class: type[Decoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = llama()
    shifts = music(model, len(PROMPTS))
    asked = (decoder_class(model), PROMPTS, ANSWERS, shifts)
    whole = loglikelihoods(*asked, device=torch.device("cpu"))
    monkeypatch.setattr(decoder_module, "SCORED_AT_ONCE", 1)
    assert loglikelihoods(*asked, device=torch.device("cpu")) == pytest.approx(whole, abs=1e-5)
