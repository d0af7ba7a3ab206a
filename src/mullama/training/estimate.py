"""A recipe becomes what it will need: parameters, memory, steps, and the time of one step.

Memory is computed from sizes (weights, gradients, AdamW's moments, what a backward pass
retains), so that it can be read for models that do not fit this machine. Nothing is trained.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch

from mullama.config import MuLlamaConfig
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.parallel import World, init_distributed
from mullama.training.phases import is_trained, set_trainable
from mullama.training.precision import DTYPES, autocast
from mullama.training.qa.objective import PairObjective
from mullama.training.qa.prepare import prepare_qa_task
from mullama.training.recipe import Phase, Recipe
from mullama.training.run_options import RunOptions
from mullama.training.trainable import LossModule

TRAINED_BYTES = 16
"""Of a trained parameter: itself, its gradient and two moments, all float32."""
GIGABYTE = 1e9


@dataclass(frozen=True)
class Needs:
    """What a phase needs of each process's device, in bytes."""

    parameters: int
    """Of the whole model, a count."""
    trained: int
    """Those that the phase trains."""
    weights: float
    """Of the frozen parameters, in the type they are computed in."""
    state: float
    """Of the trained ones with gradients and moments."""
    activations: float
    """Of what the largest micro-batch retains for its backward pass, roughly."""

    @property
    def total(self) -> float:
        """All together, without what the framework takes for itself."""
        return self.weights + self.state + self.activations


def needs(config: MuLlamaConfig, recipe: Recipe, phase: Phase, processes: int = 1) -> Needs:
    """What a phase needs for a model of that configuration."""
    config = MuLlamaConfig.from_dict(config.to_dict())
    if recipe.lora_rank and not config.lora_rank:
        config.lora_rank, config.lora_layers = recipe.lora_rank, recipe.lora_layers
    with torch.device("meta"):
        model = MuLlamaForConditionalGeneration(config)
    named = list(model.named_parameters())
    parameters = sum(p.numel() for _, p in named)
    trained = sum(p.numel() for name, p in named if is_trained(name, phase.trains))
    size = DTYPES[recipe.precision].itemsize
    parts = processes if recipe.parallel == "fsdp" else 1
    return Needs(
        parameters,
        trained,
        (parameters - trained) * size / parts,
        trained * TRAINED_BYTES / parts,
        _activations(config, recipe, phase, size),
    )


def _activations(config: MuLlamaConfig, recipe: Recipe, phase: Phase, size: int) -> float:
    text = config.text_config
    tokens = phase.max_length
    if not phase.as_published:
        tokens = max(phase.max_length, min(phase.micro_tokens, phase.batch * phase.max_length))
    # Inputs of two norms, of the projections and of the output, q, k, v, and the three of the
    # feed-forward block, for each token; low-rank updates keep the inputs anyway.
    layer = tokens * size * (8 * text.hidden_size + 4 * text.intermediate_size)
    cached = tokens * size * text.hidden_size * text.num_hidden_layers + layer
    if not recipe.recompute:
        cached = layer * text.num_hidden_layers
    logits = tokens * text.vocab_size * (4 + 4 + size)
    return float(cached + logits)


def dry_run(recipe: Recipe, options: RunOptions, report: Callable[[str], None]) -> Iterable[str]:
    """Lines for a person: what each phase of a recipe will need. Takes one step of each, unsaved."""
    if not recipe.learns_from_pairs:
        yield from _studio(recipe)
        return
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    world = World(device=init_distributed(options.device).device)
    task = prepare_qa_task(recipe, options, world, report, dry=True)
    yield f"{recipe.name}: starts from {recipe.start}; {len(task.pairs.training):,} pairs to train on"
    for phase in recipe.phases:
        found = needs(task.model.config, recipe, phase, world.size)
        objective = task.objective(phase)
        yield (
            f"{phase.name}: trains {found.trained:,} of {found.parameters:,} parameters in "
            f"{objective.steps:,} steps of {phase.batch} pairs"
        )
        yield (
            f"  memory, about: weights {found.weights / GIGABYTE:.2f} GB, trained with moments "
            f"{found.state / GIGABYTE:.2f}, activations {found.activations / GIGABYTE:.2f}, "
            f"together {found.total / GIGABYTE:.1f} GB a process"
        )
        set_trainable(task.loss_module.trainable, phase.trains)
        seconds, tokens, shapes = _one_step(task.loss_module, objective, world, recipe)
        total = seconds * objective.steps
        yield (
            f"  one step on {world.device}: {seconds:.2f} s, {tokens:,} tokens in micro-batches of "
            f"{shapes}; all steps about {total / 3600:.1f} h"
        )


def _one_step(
    loss_module: LossModule, objective: PairObjective, world: World, recipe: Recipe
) -> tuple[float, int, str]:
    """Forward and backward of one step, after one that warms up."""
    micros = objective.micro_batches(objective.steps // 2)
    for _ in range(2):
        start = time.perf_counter()
        for micro in micros:
            with autocast(world.device, recipe.precision):
                loss = loss_module(objective, micro)
            loss.backward()
        if world.device.type == "cuda":
            torch.cuda.synchronize()
        seconds = time.perf_counter() - start
    shapes = [f"{len(m.rows)} x {max(m.width, objective.lengths[m.rows].max())}" for m in micros]
    shown = ", ".join(shapes[:4]) + (", ..." if len(shapes) > 4 else "")
    return seconds, sum(objective.tokens(micro) for micro in micros), shown


def _studio(recipe: Recipe) -> Iterable[str]:
    clips = sum(split.clips * split.takes for split in recipe.splits)
    fresh = "a fresh small model"
    if recipe.fresh is not None:
        fresh = f"a fresh adapter for {recipe.fresh.language_model}"
    yield f"{recipe.name}: {fresh}; {clips:,} clips are composed and rendered"
    for phase in recipe.phases:
        yield f"{phase.name}: {phase.steps:,} steps of {phase.batch}, {phase.objective}"
