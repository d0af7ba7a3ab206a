"""The cache under the name that the installed transformers gives it."""

import pytest
import torch
from torch import Tensor, nn
from transformers import DynamicCache

from mullama.answer.decoder import cache_argument
from tiny import tiny_model


class Newer(nn.Module):
    def forward(self, input_ids: Tensor, cache: DynamicCache | None = None) -> None: ...


class Older(nn.Module):
    def forward(self, input_ids: Tensor, past_key_values: DynamicCache | None = None) -> None: ...


@pytest.mark.parametrize(("model", "name"), [(Newer, "cache"), (Older, "past_key_values")])
def test_the_name_is_the_models_own(model: type[nn.Module], name: str) -> None:
    assert cache_argument(model()) == name


def test_generate_takes_the_callers_cache() -> None:
    model = tiny_model().eval()
    tokens = torch.randint(3, 50, (1, 6))
    given = {cache_argument(model.language_model): DynamicCache()}
    options = {"max_new_tokens": 4, "eos_token_id": None, "do_sample": False}
    assert torch.equal(
        model.generate(tokens, **given, **options), model.generate(tokens, **options)
    )
