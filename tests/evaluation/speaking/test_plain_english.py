"""Perplexity is of the passages' own tokens, where nothing is heard."""

import math

import pytest
import torch

import mullama
from mullama.evaluation.speaking import plain_english
from mullama.given_answers import whole


def test_perplexity_is_that_of_the_bare_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_english, "PASSAGES", plain_english.PASSAGES[:1])
    mu = mullama.load("small", device="cpu", dtype="float32", decoder="stock")
    passage = plain_english.PASSAGES[0]
    ids = torch.tensor([whole(mu, "", passage)])
    prompt = len(mu.tokens(""))
    with torch.inference_mode():
        hidden = mu.model.get_decoder()(input_ids=ids, use_cache=False).last_hidden_state
        logits = mu.model.get_output_embeddings()(hidden)[0, prompt - 1 : -1]
    loss = torch.nn.functional.cross_entropy(logits.float(), ids[0, prompt:])
    assert math.log(plain_english.perplexity(mu)) == pytest.approx(loss.item(), rel=1e-4)
