"""A song's shifts become a LoRA of rank one for the widened model, as PEFT stores it.

    A: (1, width), the unit row that picks the channel which is one at every position
    B: (hidden, 1), W_o times the song's shift of that layer

Read by PEFT, vLLM, SGLang and others. Knows no audio and no language model's kind. See
https://huggingface.co/docs/peft/developer_guides/checkpoint for the format.
"""

import json
from dataclasses import dataclass

import torch
from jaxtyping import Float
from safetensors.torch import save
from torch import Tensor

from mullama.answer.llama import decoder_layers
from mullama.checkpoints.export.widen import Widening, widening
from mullama.jobs.digest import bytes_digest
from mullama.model import MuLlamaForConditionalGeneration

NO_SONG = "no-song"
"""Name of the adapter that changes nothing."""
NAME_CHARACTERS = 32
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MODULE = "model.layers.{layer}.self_attn.o_proj"


@dataclass(frozen=True)
class SongAdapter:
    """The two files of an adapter."""

    config: bytes
    weights: bytes

    @property
    def name(self) -> str:
        """The digest of what is in it: engines know what they have computed by an adapter's name."""
        return bytes_digest(self.config + self.weights)[:NAME_CHARACTERS]


@dataclass(frozen=True)
class AdapterMaker:
    """Turns shifts into adapters for one model."""

    outputs: tuple[Tensor, ...]
    """The output projections (hidden, heads * head_dim) of the adapted layers, LoRA merged."""
    first: int
    """Number of the first adapted layer."""
    by: Widening

    def make(self, shifts: Float[Tensor, "layers width"]) -> SongAdapter:
        """The adapter of a song; of zeros, the one that changes nothing."""
        tensors: dict[str, Tensor] = {}
        for layer, (weight, shift) in enumerate(zip(self.outputs, shifts, strict=True), self.first):
            name = f"base_model.model.{MODULE.format(layer=layer)}"
            unit = torch.zeros(1, self.by.width, dtype=weight.dtype)
            unit[0, self.by.channel] = 1.0
            tensors[f"{name}.lora_A.weight"] = unit
            tensors[f"{name}.lora_B.weight"] = shift_output(weight, shift)[:, None].cpu()
        return SongAdapter(self._config(), save(tensors, metadata={"format": "pt"}))

    def silent(self) -> SongAdapter:
        """The adapter that changes nothing."""
        weight = self.outputs[0]
        return self.make(torch.zeros(len(self.outputs), weight.shape[1], device=weight.device))

    def _config(self) -> bytes:
        layers = range(self.first, self.first + len(self.outputs))
        settings = {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "base_model_name_or_path": None,
            "r": 1,
            "lora_alpha": 1,
            "lora_dropout": 0.0,
            "bias": "none",
            "fan_in_fan_out": False,
            "inference_mode": True,
            "target_modules": ["o_proj"],
            "layers_to_transform": [*layers],
            "layers_pattern": "layers",
        }
        return (json.dumps(settings, indent=2) + "\n").encode()


def shift_output(
    weight: Float[Tensor, "hidden width"], shift: Float[Tensor, " width"]
) -> Float[Tensor, " hidden"]:
    """W_o times a shift: what a song adds behind the output projection, summed in float32."""
    return (weight.float() @ shift.float()).to(weight.dtype)


def adapter_maker(model: MuLlamaForConditionalGeneration, tensor_parallel: int = 1) -> AdapterMaker:
    """What makes adapters for the export of `model`, whose LoRA is merged."""
    config = model.config
    layers = decoder_layers(model.language_model)
    adapted = [*layers][-config.adapted_layers :]
    outputs = tuple(layer.self_attn.o_proj.weight.detach() for layer in adapted)
    by = widening(config.text_config, config.head_dim, tensor_parallel)
    return AdapterMaker(outputs, len(layers) - len(adapted), by)
