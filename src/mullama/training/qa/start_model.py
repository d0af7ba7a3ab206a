"""The stored model that a recipe starts from becomes one that can be trained, sharded where it must be.

Does not know data.
"""

import itertools
from pathlib import Path

import torch

from mullama.answer.llama import decoder_layers
from mullama.answer.lora import add_lora
from mullama.checkpoints.store import open_model
from mullama.errors import UsageError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.parallel import World, shard
from mullama.training.phases import check_patterns, is_trained
from mullama.training.precision import DTYPES
from mullama.training.recipe import Phase, Recipe
from mullama.training.trainable import LossModule, TrainableModel


def is_sharded(recipe: Recipe, world: World) -> bool:
    """Whether the model's parameters are sharded over processes."""
    return recipe.parallel == "fsdp" and world.size > 1


def trains_encoder(model: MuLlamaForConditionalGeneration, phase: Phase) -> bool:
    """Whether a phase trains the encoder, so that its Listenings cannot be cached."""
    names = (f"encoder.{name}" for name, _ in model.encoder.named_parameters())
    return any(is_trained(name, phase.trains) for name in names)


def open_for_training(
    folder: Path, recipe: Recipe, world: World, base: Path | None = None
) -> MuLlamaForConditionalGeneration:
    """A stored model with its low-rank updates apart, what trains in float32, the rest as computed.

    `base` is the language model of a folder that holds an adapter alone. A model that is to be sharded stays
    on the CPU, from where its layers are taken one by one.
    """
    device = torch.device("cpu") if is_sharded(recipe, world) else world.device
    model, _ = open_model(folder, device=str(device), base=base)
    _add_lora(model, folder, recipe)
    model.to(device)  # type: ignore[arg-type]  # transformers' wrapper hides that it is a method
    # The encoder computes as it is stored, as it does when the model answers; only the decoder is
    # computed in another type.
    model.language_model.to(DTYPES[recipe.precision])
    if recipe.precision == "float32":
        model.bridge.float()
        model.shifts.float()
    model.encoder.to(world.device)
    for name, parameter in model.named_parameters():
        if is_trained(name, recipe.trains):
            parameter.data = parameter.data.float()
            if name.startswith("encoder."):
                # A layer that was dropped would leave no state to mix.
                model.encoder.config.layerdrop = 0.0
    return model


def check_phases(trainable: TrainableModel, recipe: Recipe, world: World) -> None:
    """Refuse now, not when their turn has come, phases that train nothing, or on outdated Listenings,
    or whose result would be lost."""
    model = trainable.model
    for phase in recipe.phases:
        check_patterns(trainable, phase.trains)
    online = [trains_encoder(model, phase) for phase in recipe.phases]
    if any(before and not after for before, after in itertools.pairwise(online)):
        raise UsageError(
            "a phase that trains the encoder must be the last: later phases would train on Listenings "
            "from before it; start a second recipe from its model"
        )
    layers = len(decoder_layers(model.language_model))
    values = [
        f"language_model.model.layers.{layer}.self_attn.v_proj.weight"
        for layer in range(layers - model.config.adapted_layers, layers)
    ]
    if is_sharded(recipe, world) and any(
        is_trained(name, recipe.trains) for name in (*values, "shifts.values")
    ):
        raise UsageError(
            "value projections of adapted layers cannot be trained while a model is sharded: take "
            "parallel: ddp, or train low-rank updates"
        )


def lend_values(model: MuLlamaForConditionalGeneration) -> bool:
    """Give the shifts value projections of their own; whether they had none before.

    While layers are sharded, a layer's own weights are gathered during its own forward pass only, too
    late for the shifts.
    """
    had = bool(model.config.own_values)
    model.keep_values()
    return not had


def wrap_model(trainable: TrainableModel, recipe: Recipe, world: World) -> LossModule:
    """The model behind its loss, recomputing, compiled and sharded as the recipe says."""
    model, loss_module = trainable.model, LossModule(trainable)
    if recipe.recompute:
        model.activation_checkpointing_enable({"use_reentrant": False})
    if recipe.compile:
        model.get_decoder().compile(dynamic=True)
    if is_sharded(recipe, world):
        layers = list(decoder_layers(model.language_model))
        frozen = not any(trains_encoder(model, phase) for phase in recipe.phases)
        dtype = DTYPES[recipe.precision]
        shard(loss_module, layers, dtype, world, whole=model.encoder if frozen else None)
    return loss_module


def _add_lora(model: MuLlamaForConditionalGeneration, folder: Path, recipe: Recipe) -> None:
    if recipe.lora_rank and model.config.lora_rank not in (0, recipe.lora_rank):
        raise UsageError(
            f"{folder} has low-rank updates of rank {model.config.lora_rank}, the recipe says "
            f"{recipe.lora_rank}: leave lora_rank out"
        )
    if recipe.lora_rank and not model.config.lora_rank:
        torch.manual_seed(recipe.seed)
        add_lora(model.language_model, recipe.lora_rank, recipe.lora_layers)
        model.config.lora_rank, model.config.lora_layers = recipe.lora_rank, recipe.lora_layers
