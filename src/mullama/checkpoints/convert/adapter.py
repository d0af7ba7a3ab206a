"""An adapter file becomes its parts: bridge, queries, gates, and what it brings of LLaMA and an encoder.

Reads the published checkpoint.pth (which holds everything, and optimiser state that stays on the
disk), files with the adapter alone, and those of the pretraining phase; also LLaMA-Adapter's 7B.pth,
whose encoder is ImageBind, and that model's own training files. Knows the names inside; whether the
parts fit a language model and an encoder is found out in convert.py.
"""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from mullama.checkpoints.convert.tensor_names import (
    BRIDGE_ENDS,
    MIX,
    QUERIES,
    bridge_name,
    gate_layer,
    language_model_name,
)
from mullama.checkpoints.lazy_tensor import LazyTensor, concat
from mullama.checkpoints.tensor_file import TensorFile
from mullama.errors import CheckpointError

LANGUAGE = "llama."
UNUSED = frozenset({"rope.freqs"})


@dataclass(frozen=True)
class Published:
    """A published model's adapter files: what they are called, and the names inside."""

    model: str
    file: str
    encoder: str
    """What the adapter was trained to hear with, as it is published."""
    option: str
    """Of `mullama convert`, which names that."""
    bridge_prefix: str
    encoder_prefix: str


MU_LLAMA = Published(
    "MU-LLaMA", "checkpoint.pth", "MERT-v1-330M", "--mert", "mu_mert_", "mert_model."
)
LLAMA_ADAPTER = Published(
    "LLaMA-Adapter", "7B.pth", "imagebind_huge.pth", "--imagebind", "image_bind_", "image_bind."
)
OUTDATED = "image_bind_norm_1.bias"
"""Only 7B-beta.pth has it, whose bridge is another: LayerNorm and biases throughout."""


@dataclass(frozen=True)
class Adapter:
    """What one file holds, under the names of each part."""

    published: Published
    file: TensorFile
    queries: LazyTensor
    """(adapted layers, hidden)."""
    bridge: dict[str, LazyTensor] = field(default_factory=dict)
    gates: dict[int, LazyTensor] = field(default_factory=dict)
    """By layer, (1, heads, 1, 1) as stored."""
    language: dict[str, LazyTensor] = field(default_factory=dict)
    """Tensors of LLaMA, under Meta's names."""
    encoder: dict[str, LazyTensor] = field(default_factory=dict)
    """Tensors of the encoder, under its own names: transformers' of MERT, ImageBind's."""

    @property
    def layers(self) -> int:
        """How many layers the music enters."""
        return self.queries.shape[0]

    @property
    def hidden(self) -> int:
        """Width of the language model that this adapter was trained with."""
        return self.queries.shape[1]

    @property
    def listening(self) -> tuple[int, int]:
        """(hidden states, features) of the encoder that this adapter was trained with."""
        mix = self.bridge.get("mix.weight")
        return 1 if mix is None else mix.shape[1], self.bridge["proj.weight"].shape[1]

    @property
    def blocks(self) -> int:
        """Feed-forward blocks of the bridge."""
        return sum(name.endswith("gate_proj.weight") for name in self.bridge)

    @property
    def width(self) -> int:
        """Inner width of those blocks."""
        return self.bridge["blocks.0.gate_proj.weight"].shape[0]

    @property
    def lora_rank(self) -> int:
        """Rank of the low-rank updates; 0 where there are none."""
        ranks = {t.shape[0] for key, t in self.language.items() if key.endswith("_l1.weight")}
        if len(ranks) > 1:
            raise CheckpointError(f"{self.file.path} mixes LoRA ranks {sorted(ranks)}")
        return ranks.pop() if ranks else 0

    @property
    def trained_biases(self) -> bool:
        """Whether the file is of the finetuning phase, which adds biases."""
        return any(key.endswith(".bias") for key in self.language)

    def open_gates(self, layers: int) -> LazyTensor:
        """The gates of the last adapted layers of `layers` -> (adapted layers, heads), float32.

        The layers before them have gates in the file too; nothing ever passed through those.
        """
        adapted = range(layers - self.layers, layers)
        for layer in adapted:
            if layer not in self.gates:
                raise _missing(
                    self.file.path, f"{LANGUAGE}layers.{layer}.attention.gate", self.published
                )
        return concat([self.gates[layer].then(_flat) for layer in adapted], torch.stack)


def read_adapter(path: Path) -> Adapter:
    """Sort a file's tensors by the part that they belong to; refuse what belongs to none."""
    file = TensorFile(path)
    state = {_canonical(key): tensor for key, tensor in file.plan().items()}
    if OUTDATED in state:
        raise CheckpointError(
            f"{path} holds {OUTDATED}: it is LLaMA-Adapter's 7B-beta.pth, of an older architecture; "
            "take 7B.pth"
        )
    hears_imagebind = any(key.startswith(LLAMA_ADAPTER.bridge_prefix) for key in state)
    published = LLAMA_ADAPTER if hears_imagebind else MU_LLAMA
    if QUERIES not in state:
        raise _missing(path, QUERIES, published)
    adapter = Adapter(published, file, state.pop(QUERIES))
    for key, tensor in state.items():
        inner = key.removeprefix(LANGUAGE)
        if key.startswith(published.bridge_prefix) and (ours := bridge_name(key)):
            adapter.bridge[ours] = tensor.then(_mix) if key == MIX else tensor
        elif key.startswith(published.encoder_prefix):
            adapter.encoder[key.removeprefix(published.encoder_prefix)] = tensor
        elif (layer := gate_layer(inner)) is not None:
            adapter.gates[layer] = tensor
        elif language_model_name(inner):
            adapter.language[inner] = tensor
        elif inner not in UNUSED:
            raise CheckpointError(
                f"{path} holds {key}, which belongs to no part of {published.model}"
            )
    _check_bridge(adapter)
    return adapter


def _canonical(key: str) -> str:
    """Undo what some versions of the training script, or a data-parallel wrapper, did to a name."""
    key = key.removeprefix("module.")
    return LANGUAGE + key.removeprefix("llma.") if key.startswith("llma.") else key


def _check_bridge(adapter: Adapter) -> None:
    prefix = adapter.published.bridge_prefix
    blocks = {int(name.split(".")[1]) for name in adapter.bridge if name.startswith("blocks.")}
    needed = [key for key in BRIDGE_ENDS if key.startswith(prefix)]
    for number in range(1, max(blocks, default=0) + 2):
        needed += [f"{prefix}{part}_{number}.weight" for part in ("norm", "f1", "f2", "f3")]
    for key in needed:
        if bridge_name(key) not in adapter.bridge:
            raise _missing(adapter.file.path, key, adapter.published)
    if adapter.queries.shape != (adapter.layers, adapter.bridge["proj.weight"].shape[0]):
        raise CheckpointError(
            f"{adapter.file.path}: {QUERIES} and {prefix}proj.weight are of different widths"
        )


def _missing(path: Path, key: str, published: Published) -> CheckpointError:
    return CheckpointError(
        f"{path} lacks {key}: it is not a whole adapter of {published.model}; fetch or save it again"
    )


def _mix(weight: Tensor) -> Tensor:
    """A one-channel convolution over the states (1, states, 1) -> a linear layer (1, states)."""
    return weight.flatten(1)


def _flat(gate: Tensor) -> Tensor:
    return gate.flatten().float()
