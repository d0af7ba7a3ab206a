"""Parts of different models: the key, and the remedy."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from goldens import FINETUNED, LLAMA, MERT, base, finetuned, random_llama, write_llama
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.errors import CheckpointError

BIG = {"dim": 80, "n_layers": 5, "n_heads": 5, "n_kv_heads": 5, "norm_eps": 1e-5}


def refused(tmp_path: Path, pattern: str, **parts: object) -> None:
    chosen = {"llama": LLAMA, "mert": MERT, "adapter": FINETUNED, **parts}
    with pytest.raises(CheckpointError, match=pattern) as caught:
        convert(ConvertOptions(out=tmp_path / "out", **chosen))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))


def saved(path: Path, changes: dict[str, torch.Tensor | None]) -> Path:
    state = {k: v for k, v in {**finetuned(), **changes}.items() if v is not None}
    torch.save({"model": state}, path)
    return path


def test_an_adapter_of_another_llama(tmp_path: Path) -> None:
    big = write_llama(tmp_path / "13B", BIG, random_llama(BIG, torch.float16))
    refused(tmp_path, r"prefix_query\.weight .* width 64, .* width 80: .* 13B 5120", llama=big)


def test_more_queries_than_expected(tmp_path: Path) -> None:
    refused(tmp_path, r"prefix_query\.weight .* 3 queries where 2 were expected", adapted_layers=2)
    many = saved(tmp_path / "a.pth", {"prefix_query.weight": torch.ones(32, 64)})
    refused(tmp_path, r"prefix_query\.weight .* 32 queries, .* only 4 layers", adapter=many)


def test_another_encoder(tmp_path: Path) -> None:
    small = Path(shutil.copytree(MERT, tmp_path / "mert"))
    stored = json.loads((small / "config.json").read_text())
    (small / "config.json").write_text(json.dumps({**stored, "num_hidden_layers": 2}))
    pattern = r"mu_mert_agg\.weight .* 5 hidden states of 32, but .* has 3 of 32: give --mert"
    refused(tmp_path, pattern, mert=small)


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("llama.layers.2.attention.lora_wq_l2.weight", "layers.2.self_attn.q_proj.lora_B"),
        ("llama.layers.0.feed_forward.w1.bias", "layers.0.mlp.gate_proj.bias"),
    ],
)
def test_a_missing_tensor(tmp_path: Path, key: str, ours: str) -> None:
    refused(tmp_path, f"no file brings .*{ours}", adapter=saved(tmp_path / "a.pth", {key: None}))


def test_a_misshapen_tensor(tmp_path: Path) -> None:
    odd = saved(tmp_path / "a.pth", {"llama.layers.1.attention.wo.bias": torch.zeros(65)})
    refused(
        tmp_path, r"layers\.1\.attention\.wo\.bias of a\.pth has shape \(65,\), but", adapter=odd
    )


def test_a_tensor_without_a_place(tmp_path: Path) -> None:
    more = {"llama.layers.4.attention_norm.weight": torch.ones(64)}
    refused(
        tmp_path,
        r"llama\.layers\.4\.attention_norm\.weight of a\.pth has no place in this model",
        adapter=saved(tmp_path / "a.pth", more),
    )


def test_a_llama_with_a_layer_too_few(tmp_path: Path) -> None:
    state = {key: tensor for key, tensor in base().items() if ".3." not in key}
    params = json.loads((LLAMA / "params.json").read_text())
    refused(
        tmp_path,
        r"no file brings language_model\.model\.layers\.3\.",
        llama=write_llama(tmp_path / "l", params, state),
    )


def test_quantised_weights(tmp_path: Path) -> None:
    odd = {"llama.layers.1.attention.wo.bias": torch.zeros(64, dtype=torch.complex64)}
    refused(tmp_path, "not quantised", adapter=saved(tmp_path / "a.pth", odd))
