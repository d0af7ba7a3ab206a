"""Numbers of the published code on tiny random weights, and the files that they were computed from.

`tests/golden` holds the numbers and the smallest set of weights; the other layouts in which people
have such weights are built from it here.
"""

import argparse
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from safetensors.torch import load_file
from torch import Tensor

from mullama.checkpoints.convert.tensor_names import bridge_name, gate_layer, language_model_name
from mullama.model import MuLlamaForConditionalGeneration
from paths import GOLDEN

LLAMA, MERT = GOLDEN / "llama", GOLDEN / "mert"
FINETUNED = GOLDEN / "adapter_finetune.pth"
MODEL_PARALLEL_COLUMNS = ("wo.weight", "w2.weight", "tok_embeddings.weight")


@cache
def numbers(name: str) -> dict[str, np.ndarray]:
    """The arrays of one file, by their published names."""
    with np.load(GOLDEN / f"{name}.npz") as arrays:
        return dict(arrays)


@cache
def facts() -> dict[str, Any]:
    """Prompts, token ids, greedy runs, tokenizer cases, losses, names."""
    return json.loads((GOLDEN / "golden.json").read_text(encoding="utf-8"))


def clip(name: str) -> Tensor:
    """A clip (samples,) float32 at 24 kHz; `zeros` is the silence of an item without music."""
    if name == "zeros":
        return torch.zeros(24_000)
    path = GOLDEN / "audio" / {"c3": "clip_3s.flac", "c3b": "clip_3s_b.flac"}[name]
    return torch.from_numpy(soundfile.read(path, dtype="float32")[0])


def mean(name: str) -> Tensor:
    """The reference's Listening of a clip: (1, states, features)."""
    return torch.from_numpy(numbers("infer")[f"mert_mean_{name}"])[None]


def trainable_model(folder: Path) -> MuLlamaForConditionalGeneration:
    """As stored, with LoRA apart, in float32."""
    return MuLlamaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)


def our_names(published: str, model: MuLlamaForConditionalGeneration) -> tuple[str, int | None]:
    """A published parameter's name -> ours, and its row in ours where it is only a row there."""
    layers, adapted = model.config.text_config.num_hidden_layers, model.config.adapted_layers
    inner = published.removeprefix("llama.")
    if published == "prefix_query.weight":
        return "shifts.queries", None
    if (layer := gate_layer(inner)) is not None:
        return "shifts.gates", layer - (layers - adapted)
    if name := bridge_name(published):
        return f"bridge.{name}", None
    return f"language_model.{language_model_name(inner)}", None


HELD_OUT: dict[tuple[str, str], list[float]] = {}
"""(file, test) -> the distances that each test has seen, for the table that `--equality` writes."""


def share_of_largest(found: Tensor, expected: np.ndarray) -> float:
    """The largest difference, as a share of the largest magnitude expected."""
    assert tuple(found.shape) == expected.shape, (tuple(found.shape), expected.shape)
    return float(np.abs(found.detach().numpy() - expected).max() / np.abs(expected).max())


def distance(found: Tensor, expected: np.ndarray) -> float:
    """The same, of what is to be equal; noted for the table."""
    share = share_of_largest(found, expected)
    file, _, test = os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")
    HELD_OUT.setdefault((Path(file).name, test.partition(" ")[0]), []).append(share)
    return share


def finetuned() -> dict[str, Tensor]:
    """The adapter of the finetuning phase, by its published names."""
    return torch.load(FINETUNED, weights_only=True)["model"]


def base(folder: Path = LLAMA) -> dict[str, Tensor]:
    """LLaMA's tensors by Meta's names."""
    return torch.load(folder / "consolidated.00.pth", weights_only=True)


def write_pretrained(path: Path) -> Path:
    """The adapter of the pretraining phase: bridge, queries and gates, without biases and LoRA."""
    kept = {k: v for k, v in finetuned().items() if not k.startswith("llama.") or "gate" in k}
    torch.save({"model": kept}, path)
    return path


def released() -> dict[str, Tensor]:
    """The state of a published checkpoint: everything in it, four steps of finetuning later."""
    state = {f"llama.{k}": v for k, v in base().items() if k != "rope.freqs"}
    mert = torch.load(MERT / "pytorch_model.bin", weights_only=True)
    state |= {f"mert_model.{k}": v for k, v in mert.items()}
    state |= finetuned() | load_file(GOLDEN / "released.safetensors")
    return {k: v.half() if k.endswith("gate") else v for k, v in state.items()}


def write_released(path: Path) -> Path:
    """A checkpoint as the published script leaves it: optimiser, epoch and arguments too."""
    moments = {0: {"step": torch.tensor(4.0), "exp_avg": torch.zeros(64, 64)}}
    stored = {
        "model": released(),
        "optimizer": {"state": moments, "param_groups": [{"lr": 5e-3, "params": [0]}]},
        "epoch": 1,
        "scaler": {},
        "args": argparse.Namespace(batch_size=1, blr=5e-3, output_dir="./out"),
    }
    torch.save(stored, path)
    return path


def write_settings(folder: Path) -> Path:
    """What is needed of LLaMA and of MERT beside a checkpoint that holds both: small files only."""
    for source, names in (
        (LLAMA, ("params.json", "tokenizer.model")),
        (MERT, ("config.json", "preprocessor_config.json")),
    ):
        (folder / source.name).mkdir(parents=True)
        for name in names:
            (folder / source.name / name).write_bytes((source / name).read_bytes())
    return folder


def write_shards(folder: Path, count: int = 2) -> Path:
    """The same LLaMA, cut as model-parallel processes hold it; tokenizer.model lies above."""
    size = folder / "7B"
    size.mkdir(parents=True)
    (size / "params.json").write_bytes((LLAMA / "params.json").read_bytes())
    (folder / "tokenizer.model").write_bytes((LLAMA / "tokenizer.model").read_bytes())
    for number in range(count):
        shard = {}
        for key, tensor in base().items():
            whole = tensor.dim() < 2
            dim = 1 if key.endswith(MODEL_PARALLEL_COLUMNS) else 0
            shard[key] = tensor if whole else tensor.chunk(count, dim)[number].clone()
        torch.save(shard, size / f"consolidated.{number:02d}.pth")
    return folder


def write_llama(folder: Path, params: dict[str, float], state: dict[str, Tensor]) -> Path:
    """A folder as Meta's, with the golden tokenizer."""
    folder.mkdir(parents=True)
    (folder / "params.json").write_text(json.dumps(params), encoding="utf-8")
    (folder / "tokenizer.model").write_bytes((LLAMA / "tokenizer.model").read_bytes())
    torch.save(state, folder / "consolidated.00.pth")
    return folder


def random_llama(
    params: dict[str, float], dtype: torch.dtype, inner: int = 96
) -> dict[str, Tensor]:
    """LLaMA's tensors of these sizes by Meta's names, for the golden tokenizer."""
    source = torch.Generator().manual_seed(11)
    dim, kv = int(params["dim"]), int(params["dim"] * params["n_kv_heads"] / params["n_heads"])

    def drawn(*shape: int) -> Tensor:
        return (torch.randn(shape, generator=source) / shape[-1] ** 0.5).to(dtype)

    state = {"tok_embeddings.weight": drawn(512, dim), "output.weight": drawn(512, dim)}
    state["norm.weight"] = 1 + drawn(dim)
    for layer in range(int(params["n_layers"])):
        for part, shape in _shapes(dim, kv, inner).items():
            state[f"layers.{layer}.{part}.weight"] = drawn(*shape)
        for norm in ("attention_norm", "ffn_norm"):
            state[f"layers.{layer}.{norm}.weight"] = 1 + drawn(dim)
    return state


def random_adapter(
    params: dict[str, float], queries: int, rank: int, inner: int = 96
) -> dict[str, Tensor]:
    """An adapter for such a LLaMA: the golden bridge, the rest drawn; rank 0: no biases either."""
    source = torch.Generator().manual_seed(12)
    dim, kv = int(params["dim"]), int(params["dim"] * params["n_kv_heads"] / params["n_heads"])
    state = {key: tensor for key, tensor in finetuned().items() if key.startswith("mu_mert")}
    state["prefix_query.weight"] = torch.randn(queries, dim, generator=source)
    for layer in range(int(params["n_layers"])):
        heads = int(params["n_heads"])
        gate = torch.randn(1, heads, 1, 1, generator=source)
        state[f"llama.layers.{layer}.attention.gate"] = gate
        for name, (rows, columns) in _shapes(dim, kv, inner).items() if rank else ():
            part, matrix = name.split(".")
            lora = f"llama.layers.{layer}.{part}.lora_{matrix}"
            state[f"{lora}_l1.weight"] = torch.randn(rank, columns, generator=source) / columns**0.5
            state[f"{lora}_l2.weight"] = torch.randn(rows, rank, generator=source)
            if matrix not in ("wk", "wv"):
                bias = torch.randn(rows, generator=source) / 4
                state[f"llama.layers.{layer}.{name}.bias"] = bias
    return state


def _shapes(dim: int, kv: int, inner: int) -> dict[str, tuple[int, int]]:
    return {
        "attention.wq": (dim, dim),
        "attention.wk": (kv, dim),
        "attention.wv": (kv, dim),
        "attention.wo": (dim, dim),
        "feed_forward.w1": (inner, dim),
        "feed_forward.w2": (dim, inner),
        "feed_forward.w3": (inner, dim),
    }
