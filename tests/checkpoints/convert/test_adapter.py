"""Adapter files: their parts, and what is refused."""

from pathlib import Path

import pytest
import torch

from goldens import FINETUNED, finetuned, write_pretrained, write_released
from mullama.checkpoints.convert.adapter import read_adapter
from mullama.errors import CheckpointError


def saved(path: Path, state: dict[str, torch.Tensor]) -> Path:
    torch.save({"model": state}, path)
    return path


def test_parts_of_the_finetuning_phase() -> None:
    adapter = read_adapter(FINETUNED)
    assert (adapter.layers, adapter.hidden, adapter.listening) == (3, 64, (5, 32))
    assert (adapter.blocks, adapter.width, adapter.lora_rank) == (3, 256, 16)
    assert adapter.trained_biases
    assert not adapter.encoder
    assert adapter.bridge["mix.weight"].shape == (1, 5)
    gates = adapter.open_gates(4).make()
    expected = [finetuned()[f"llama.layers.{n}.attention.gate"].flatten() for n in (1, 2, 3)]
    assert torch.equal(gates, torch.stack(expected))


def test_parts_of_other_files(tmp_path: Path) -> None:
    pretrained = read_adapter(write_pretrained(tmp_path / "p.pth"))
    assert (pretrained.lora_rank, pretrained.trained_biases, pretrained.language) == (0, False, {})
    released = read_adapter(write_released(tmp_path / "r.pth"))
    assert released.language["tok_embeddings.weight"].dtype == torch.float16
    assert "encoder.layer_norm.weight" in released.encoder
    assert released.open_gates(4).dtype == torch.float32


def test_misspelt_and_wrapped_names(tmp_path: Path) -> None:
    state = {f"module.{k.replace('llama.', 'llma.')}": v for k, v in finetuned().items()}
    found, usual = read_adapter(saved(tmp_path / "a.pth", state)), read_adapter(FINETUNED)
    assert found.language.keys() == usual.language.keys()
    assert found.gates.keys() == usual.gates.keys()


@pytest.mark.parametrize(
    "key",
    ["prefix_query.weight", "mu_mert_agg.bias", "mu_mert_f2_2.weight", "mu_mert_proj.weight"],
)
def test_a_missing_part_is_named(tmp_path: Path, key: str) -> None:
    state = finetuned()
    del state[key]
    with pytest.raises(CheckpointError, match=rf"lacks {key}"):
        read_adapter(saved(tmp_path / "a.pth", state))


def test_a_missing_gate_is_named(tmp_path: Path) -> None:
    state = finetuned()
    del state["llama.layers.2.attention.gate"]
    adapter = read_adapter(saved(tmp_path / "a.pth", state))
    with pytest.raises(CheckpointError, match=r"lacks llama\.layers\.2\.attention\.gate"):
        adapter.open_gates(4)


def test_strangers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"holds clip_proj\.weight, which belongs to no part"):
        read_adapter(saved(tmp_path / "a.pth", {**finetuned(), "clip_proj.weight": torch.ones(2)}))
    renamed = {k.replace("mu_mert", "image_bind"): v for k, v in finetuned().items()}
    with pytest.raises(CheckpointError, match=r"image_bind_agg\.\w+, which .* of LLaMA-Adapter"):
        read_adapter(saved(tmp_path / "7B.pth", renamed))


def test_mixed_ranks_are_refused(tmp_path: Path) -> None:
    state = finetuned()
    state["llama.layers.0.attention.lora_wq_l1.weight"] = torch.zeros(8, 64)
    with pytest.raises(CheckpointError, match=r"mixes LoRA ranks \[8, 16\]"):
        _ = read_adapter(saved(tmp_path / "a.pth", state)).lora_rank
