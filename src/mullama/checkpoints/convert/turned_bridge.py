"""A trained bridge becomes one for a language model of another width, which gives the same vectors, turned.

A vector of few numbers is laid into a space of more by a matrix of orthonormal columns, so that lengths and
angles stay. Root-mean-square norms divide by the number of numbers, which the next matrix makes good again;
their weights move into that matrix. Equal to the old bridge, turned, but for the norms' epsilon.
"""

import math

import torch
from torch import Tensor

from mullama.checkpoints.convert.encoder_source import EncoderSource
from mullama.checkpoints.convert.llama import Llama
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.model_folder import ModelFolder, read_model_folder
from mullama.checkpoints.store import resolve
from mullama.errors import CheckpointError

PREFIX = "bridge."
NORM, INTO = "norm.weight", ("gate_proj.weight", "up_proj.weight")
"""Ends of names in a block: what is folded into the next matrix, and that matrix."""


def read_bridge(name: str, language: Llama, encoder: EncoderSource) -> ModelFolder:
    """The folder of a model whose bridge can be turned. Raises CheckpointError for one that does not fit."""
    folder = read_model_folder(resolve(name))
    own, width = folder.config, language.config.hidden_size
    for part in ("model_type", "hidden_size", "num_hidden_layers"):
        if getattr(own.audio_config, part) != getattr(encoder.config, part):
            raise CheckpointError(
                f"the bridge of {name} is for another encoder: its {part} differs"
            )
    if own.text_config.hidden_size > width:
        raise CheckpointError(
            f"the bridge of {name} gives {own.text_config.hidden_size} numbers, more than the {width} of "
            "the language model: leave --bridge out"
        )
    return folder


def turned(folder: ModelFolder, width: int, seed: int) -> dict[str, LazyTensor]:
    """The tensors of its bridge for a language model of `width` numbers."""
    narrow = folder.config.text_config.hidden_size
    turn = orthonormal(width, narrow, seed)
    plan = {n: t for n, t in folder.open().plan.items() if n.startswith(PREFIX)}
    return {name: _turn(name, tensor, plan, turn) for name, tensor in plan.items()}


def orthonormal(rows: int, columns: int, seed: int) -> Tensor:
    """A random matrix (rows, columns) whose columns are orthonormal, the same for the same seed."""
    drawn = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    return torch.linalg.qr(drawn).Q


def _turn(name: str, tensor: LazyTensor, plan: dict[str, LazyTensor], turn: Tensor) -> LazyTensor:
    wide, narrow = turn.shape
    if name.startswith(f"{PREFIX}mix."):
        return tensor.then(lambda mix: mix.float())
    if name.endswith(NORM):
        return tensor.then(lambda norm: norm.float().new_ones(wide))
    if not name.endswith(INTO):  # into the space, or out of a block: turned at the end
        return tensor.then(lambda weight: turn.to(weight.device) @ weight.float())
    scale = plan[f"{name.rsplit('.', 2)[0]}.{NORM}"].make().float() * math.sqrt(narrow / wide)

    def into(weight: Tensor) -> Tensor:
        return (weight.float() * scale.to(weight.device)) @ turn.T.to(weight.device)

    return tensor.then(into)
