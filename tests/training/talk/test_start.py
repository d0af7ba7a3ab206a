"""A recipe goes on from an adapter: its values, and the ears that the recipe names."""

from pathlib import Path

import pytest
import torch

from goldens import LLAMA
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.store import open_model
from mullama.errors import UsageError
from mullama.training.talk.start import go_on_from


def adapter(out: Path, seed: int, **changes: int) -> Path:
    sizes = {"adapted_layers": 1, "lora_rank": 2, **changes}
    return convert(
        ConvertOptions(
            llama=LLAMA,
            encoder="small",
            prompt="brief",
            adapter_only=True,
            seed=seed,
            out=out,
            **sizes,
        )
    )


def test_a_stored_adapter_is_gone_on_from_but_for_its_ears(tmp_path: Path) -> None:
    stored, fresh = (adapter(tmp_path / str(seed), seed) for seed in (1, 2))
    before, _ = open_model(stored, device="cpu", base=LLAMA)
    model, _ = open_model(fresh, device="cpu", base=LLAMA)
    with torch.no_grad():  # in place of other ears
        model.bridge.mix.weight += 1
    mix = model.bridge.mix.weight.clone()
    assert not torch.equal(model.bridge.proj.weight, before.bridge.proj.weight)
    go_on_from(stored, model, LLAMA)
    assert torch.equal(model.bridge.proj.weight, before.bridge.proj.weight)
    assert torch.equal(model.bridge.mix.weight, mix)
    assert not torch.equal(mix, before.bridge.mix.weight)


def test_an_adapter_of_other_sizes_is_refused(tmp_path: Path) -> None:
    stored, fresh = adapter(tmp_path / "a", 1, lora_rank=4), adapter(tmp_path / "b", 1)
    model, _ = open_model(fresh, device="cpu", base=LLAMA)
    with pytest.raises(UsageError, match="no adapter of the recipe's sizes"):
        go_on_from(stored, model, LLAMA)
