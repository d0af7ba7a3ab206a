"""A model that there is and a recipe's data become a pupil and what each phase learns from them.

For every training on question-answer pairs: the published phases, and a user's own data. How a step
is taken is in loop.py; how sound was heard, in hearing.py.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from mullama.answer.llama import decoder_layers
from mullama.answer.lora import add_lora
from mullama.checkpoints.store import load_tokenizer, open_model, resolve
from mullama.errors import UsageError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.musicqa.records import Pair
from mullama.processor import MuLlamaProcessor
from mullama.training.data import divide, find
from mullama.training.hearing import Hearing, StoredHearing
from mullama.training.learning import Learner, Objective, Pupil, trained_by
from mullama.training.lessons import Lessons, teach
from mullama.training.options import RunOptions
from mullama.training.pairs import LearnPairs
from mullama.training.parallel import World, spread, whole
from mullama.training.precision import DTYPES
from mullama.training.recipe import Phase, Recipe

NAMED = 5
"""Items that are named where many are left out."""


class DataCourse:
    """See trainer.Course."""

    def __init__(
        self,
        recipe: Recipe,
        options: RunOptions,
        world: World,
        report: Callable[[str], None],
        *,
        heard: Callable[[MuLlamaForConditionalGeneration], Hearing] | None = None,
    ) -> None:
        self.recipe, self.world, self.report = recipe, world, report
        if recipe.start is None:
            raise UsageError(f"recipe {recipe.name} does not say which model to start from")
        sources = find(recipe, options.data, options.audio)
        self.start = resolve(recipe.start)
        self.tokenizer = load_tokenizer(self.start)
        self.model = open_for_training(self.start, recipe, world)
        self._lent_values = spread_out(recipe, world) and self._lend_values()
        published = all(phase.as_published for phase in recipe.phases)
        self.heard: Hearing = (
            heard(self.model)
            if heard
            else StoredHearing(self.model, options, world, report, as_published=published)
        )
        sources = self.heard.prepare(sources)
        self.pairs, self.weights, self.kept = divide(
            sources, recipe.validation, recipe.validation_pairs
        )
        self.pupil = Pupil(self.model)

    def learner(self) -> Learner:
        """The pupil as the loop trains it; spread over the processes where the recipe says so."""
        learner = Learner(self.pupil)
        if self.recipe.recompute:
            self.model.activation_checkpointing_enable({"use_reentrant": False})
        if self.recipe.compile:
            self.model.get_decoder().compile(dynamic=True)
        if spread_out(self.recipe, self.world):
            layers = list(decoder_layers(self.model.language_model))
            spread(learner, layers, DTYPES[self.recipe.precision], self.world)
        return learner

    def objective(self, phase: Phase) -> Objective:
        """See trainer.Course."""
        lessons = self._taught(self.pairs, phase)
        if lessons.cut:
            self.report(f"{phase.name}: {lessons.cut} answers are cut at {phase.longest} tokens")
        for line in lessons.too_long[:NAMED]:
            self.report(f"{phase.name}: no room for an answer, left out: {line}")
        if lessons.too_long:
            self.report(
                f"{phase.name}: {len(lessons.too_long)} of {len(self.pairs)} pairs left out"
            )
        if not len(lessons):
            raise UsageError(f"phase {phase.name}: no pair fits into {phase.longest} tokens")
        live = any(trained_by(name, phase.trains) for name in self._encoder_names())
        return LearnPairs(
            self.model,
            phase,
            lessons,
            self.heard.live if live else self.heard.kept,
            weights=self.weights[lessons.places],
            validation=self._taught(self.kept, phase) if self.kept else None,
            seed=self.recipe.seed * 1009 + self.recipe.phases.index(phase),
            world=self.world,
        )

    def export(self, folder: Path) -> None:
        """Write the model as it is, in the layout that `mullama.load` opens."""
        first = self.world.first
        tensors = {name: whole(t, first) for name, t in self.model.state_dict().items()}
        if not first:
            return
        config = self.model.config
        if self._lent_values:
            del tensors["shifts.values"]
            config.own_values = False
        config.provenance = {**config.provenance, "trained": self._provenance()}
        self.model.save_pretrained(folder, state_dict=tensors)
        MuLlamaProcessor.of(config, self.tokenizer).save_pretrained(folder)

    def finish(self, folder: Path) -> None:
        """Nothing is measured here: see `mullama evaluate`."""

    def _lend_values(self) -> bool:
        """Keep value projections apart while layers are spread; whether they were not before.

        A layer's own weights are gathered during its own forward pass only, too late for the shifts.
        """
        had = bool(self.model.config.own_values)
        self.model.keep_values()
        return not had

    def _taught(self, pairs: Sequence[Pair], phase: Phase) -> Lessons:
        template, published = self.model.config.prompt, phase.as_published
        return teach(pairs, self.tokenizer, template, phase.longest, as_published=published)

    def _encoder_names(self) -> list[str]:
        return [f"encoder.{name}" for name, _ in self.model.encoder.named_parameters()]

    def _provenance(self) -> dict[str, Any]:
        return {
            "recipe": self.recipe.name,
            "seed": self.recipe.seed,
            "pairs": len(self.pairs),
            "phases": {phase.name: phase.steps or phase.epochs for phase in self.recipe.phases},
        }


def spread_out(recipe: Recipe, world: World) -> bool:
    """Whether the model's parameters are spread over processes."""
    return recipe.parallel == "fsdp" and world.size > 1


def open_for_training(
    folder: Path, recipe: Recipe, world: World
) -> MuLlamaForConditionalGeneration:
    """A stored model with its low-rank updates apart, what trains in float32, the rest as computed.

    A model that is to be spread stays on the CPU, from where its layers are taken one by one.
    """
    device = torch.device("cpu") if spread_out(recipe, world) else world.device
    model, _ = open_model(folder, dtype=recipe.precision, device=str(device))
    if recipe.lora_rank and not model.config.lora_rank:
        torch.manual_seed(recipe.seed)
        add_lora(model.language_model, recipe.lora_rank)
        model.config.lora_rank = recipe.lora_rank
        model.to(device)
    # A layer that was dropped would leave no state to mix.
    model.encoder.config.layerdrop = 0.0
    words = [word for phase in recipe.phases for word in phase.trains]
    for name, parameter in model.named_parameters():
        if trained_by(name, words):
            parameter.data = parameter.data.float()
    return model
