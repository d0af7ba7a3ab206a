"""A recipe's fresh adapter becomes the model that its run begins with, made once in the run's folder."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.find_base import find_base
from mullama.checkpoints.model_folder import is_model_folder
from mullama.checkpoints.store import open_model
from mullama.errors import UsageError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.recipe import Recipe
from mullama.training.small.build_model import HEARING

START = "start"
"""Its folder, in the run's."""


class Start(NamedTuple):
    """The model that a run begins with."""

    folder: Path
    """An adapter alone."""
    base: Path
    """Its language model."""


def start_of(recipe: Recipe, folder: Path, report: Callable[[str], None]) -> Start:
    """The model to begin with; made where it is not there yet.

    Raises CheckpointError and UsageError.
    """
    fresh = recipe.fresh
    if fresh is None:
        raise UsageError(f"recipe {recipe.name} does not say which fresh adapter to begin with")
    base, out = find_base(fresh.language_model), folder / START
    if not is_model_folder(out):
        report(f"a fresh adapter for {fresh.language_model}, in {out}")
        convert(
            ConvertOptions(
                llama=base,
                encoder=fresh.encoder,
                bridge=fresh.bridge,
                adapted_layers=fresh.adapted_layers,
                gate=fresh.gate,
                prompt=fresh.prompt,
                lora_rank=recipe.lora_rank,
                lora_layers=recipe.lora_layers,
                seed=recipe.seed,
                adapter_only=True,
                out=out,
            )
        )
    return Start(out, base)


def go_on_from(stored: Path, model: MuLlamaForConditionalGeneration, base: Path) -> None:
    """Give a fresh adapter the values of a stored one, but for what hears: that stays the fresh one's.

    Raises CheckpointError for an adapter of another language model, UsageError for one of other sizes.
    """
    before, _ = open_model(stored, device="cpu", base=base)
    own = {name: tensor.shape for name, tensor in model.state_dict().items()}
    tensors = {n: t for n, t in before.state_dict().items() if not n.startswith(HEARING)}
    for name in own:
        if not name.startswith(HEARING) and (
            name not in tensors or tensors[name].shape != own[name]
        ):
            raise UsageError(f"{stored} is no adapter of the recipe's sizes: {name} differs")
    model.load_state_dict(tensors, strict=False)
