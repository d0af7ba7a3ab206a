"""LoRA: fresh it changes nothing, merged it changes nothing either, and its names are the stored ones."""

import pytest
import torch

from mullama.answer.lora import PROJECTIONS, LoraLinear
from mullama.errors import CheckpointError
from tiny import tiny_model


def test_fresh_is_the_base() -> None:
    lora = LoraLinear(6, 5, True, rank=2)
    x = torch.randn(3, 6)
    torch.testing.assert_close(lora(x), torch.nn.functional.linear(x, lora.weight, lora.bias))


def test_merged_is_the_same_function_in_the_same_dtype() -> None:
    lora = LoraLinear(6, 5, False, rank=2)
    torch.nn.init.normal_(lora.lora_B)
    x = torch.randn(3, 6)
    torch.testing.assert_close(lora.merged()(x), lora(x))
    half = lora.to(torch.bfloat16).merged()
    assert half.weight.dtype == torch.bfloat16


def test_every_projection_of_every_layer_has_one() -> None:
    names = {
        n.removeprefix("language_model.") for n, _ in tiny_model().named_parameters() if "lora" in n
    }
    assert len(names) == 4 * len(PROJECTIONS) * 2
    assert "model.layers.0.self_attn.v_proj.lora_A" in names


def test_the_last_layers_alone_can_have_them() -> None:
    model = tiny_model(lora_layers=2)
    layers = {n.split(".")[3] for n, _ in model.named_parameters() if "lora" in n}
    assert layers == {"2", "3"}
    ids = torch.arange(6)[None]
    before = model(input_ids=ids).logits
    merged = model.merge_lora()
    torch.testing.assert_close(merged(input_ids=ids).logits, before, rtol=1e-4, atol=1e-4)
    assert (merged.config.lora_rank, merged.config.lora_layers) == (0, 0)


def test_more_layers_than_there_are_is_refused() -> None:
    with pytest.raises(CheckpointError, match="5 layers do not fit a language model of 4 layers"):
        tiny_model(lora_layers=5)
