"""A model that there is and a recipe's data become a pupil and what each phase learns from them.

For every training on question-answer pairs: the published phases, and a user's own data. How a step
is taken is in loop.py; how sound was heard, in hearing.py.
"""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from mullama.answer.llama import decoder_layers
from mullama.answer.lora import add_lora
from mullama.checkpoints.convert.folder import atomic_folder
from mullama.checkpoints.store import HEAD, load_tokenizer, open_model, resolve
from mullama.data.records import Pair
from mullama.errors import UsageError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor
from mullama.training.parallel import World, full_tensor, shard
from mullama.training.precision import DTYPES
from mullama.training.qa.data import divide, find
from mullama.training.qa.listenings import CachedListenings, ListeningSource
from mullama.training.qa.objective import LearnPairs
from mullama.training.qa.tokenized import TokenizedPairs, tokenize
from mullama.training.recipe import Phase, Recipe
from mullama.training.run_options import RunOptions
from mullama.training.trainable import LossModule, Objective, TrainableModel, require, trained_by

MAX_REPORTED = 5
"""Items that are named where many are left out."""


class QaTask:
    """See trainer.Course."""

    def __init__(
        self,
        recipe: Recipe,
        options: RunOptions,
        world: World,
        report: Callable[[str], None],
        *,
        heard: Callable[[MuLlamaForConditionalGeneration], ListeningSource] | None = None,
    ) -> None:
        self.recipe, self.world, self.report = recipe, world, report
        if recipe.start is None:
            raise UsageError(f"recipe {recipe.name} does not say which model to start from")
        sources = find(recipe, options.data, options.audio)
        start = resolve(recipe.start)
        self.tokenizer = load_tokenizer(start)
        self.model = open_for_training(start, recipe, world)
        self._check()
        self._lent_values = is_sharded(recipe, world) and self._lend_values()
        published = all(phase.as_published for phase in recipe.phases)
        self.heard: ListeningSource = (
            heard(self.model)
            if heard
            else CachedListenings(self.model, options, world, report, as_published=published)
        )
        sources = self.heard.prepare(sources)
        self.pairs, self.weights, self.cached = divide(
            sources, recipe.validation, recipe.validation_pairs
        )
        self.trainable = TrainableModel(self.model)
        for phase in recipe.phases:  # not hours later, when its turn has come
            require(self.trainable, phase.trains)

    def loss_module(self) -> LossModule:
        """The pupil as the loop trains it; spread over the processes where the recipe says so."""
        loss_module = LossModule(self.trainable)
        if self.recipe.recompute:
            self.model.activation_checkpointing_enable({"use_reentrant": False})
        if self.recipe.compile:
            self.model.get_decoder().compile(dynamic=True)
        if is_sharded(self.recipe, self.world):
            layers = list(decoder_layers(self.model.language_model))
            frozen = (
                None if any(map(self._trains_encoder, self.recipe.phases)) else self.model.encoder
            )
            dtype = DTYPES[self.recipe.precision]
            shard(loss_module, layers, dtype, self.world, but=frozen)
        return loss_module

    def objective(self, phase: Phase) -> Objective:
        """See trainer.Course."""
        lessons = self._tokenized(self.pairs, phase)
        if lessons.cut:
            self.report(f"{phase.name}: {lessons.cut} answers are cut at {phase.max_length} tokens")
        for line in lessons.too_long[:MAX_REPORTED]:
            self.report(f"{phase.name}: no room for an answer, left out: {line}")
        if lessons.too_long:
            self.report(
                f"{phase.name}: {len(lessons.too_long)} of {len(self.pairs)} pairs left out"
            )
        if not len(lessons):
            raise UsageError(f"phase {phase.name}: no pair fits into {phase.max_length} tokens")
        online = self._trains_encoder(phase)
        return LearnPairs(
            self.model,
            phase,
            lessons,
            self.heard.online if online else self.heard.cached,
            weights=self.weights[lessons.places],
            validation=self._tokenized(self.cached, phase) if self.cached else None,
            seed=self.recipe.seed * 1009 + self.recipe.phases.index(phase),
            world=self.world,
        )

    def export(self, folder: Path) -> None:
        """Write the model as it is, in the layout that `mullama.load` opens."""
        first = self.world.is_main
        tensors = {name: full_tensor(t, first) for name, t in self.model.state_dict().items()}
        if not first:
            return
        config = self.model.config
        if self._lent_values:
            del tensors["shifts.values"]
            config.own_values = False
        config.provenance = {**config.provenance, "trained": self._provenance()}
        if config.text_config.tie_word_embeddings:
            tensors.pop(HEAD, None)
        size = sum(tensor.nbytes for tensor in tensors.values())
        with atomic_folder(folder, overwrite=True, needed_bytes=size, keep=[]) as part:
            self.model.save_pretrained(part, state_dict=tensors)
            MuLlamaProcessor.of(config, self.tokenizer).save_pretrained(part)

    def _check(self) -> None:
        """Refuse what would be learnt and thrown away, or learnt from what is no longer heard."""
        hearing = [self._trains_encoder(phase) for phase in self.recipe.phases]
        if any(before and not after for before, after in itertools.pairwise(hearing)):
            raise UsageError(
                "a phase that trains the encoder must be the last: what was heard before would be "
                "learnt from after it; start a second recipe from its model"
            )
        layers = len(decoder_layers(self.model.language_model))
        values = [
            f"language_model.model.layers.{layer}.self_attn.v_proj.weight"
            for layer in range(layers - self.model.config.adapted_layers, layers)
        ]
        if is_sharded(self.recipe, self.world) and any(
            trained_by(name, self.recipe.trains) for name in (*values, "shifts.values")
        ):
            raise UsageError(
                "value projections of adapted layers cannot be trained while a model is spread: take "
                "parallel: ddp, or train low-rank updates"
            )

    def _lend_values(self) -> bool:
        """Keep value projections apart while layers are spread; whether they were not before.

        A layer's own weights are gathered during its own forward pass only, too late for the shifts.
        """
        had = bool(self.model.config.own_values)
        self.model.keep_values()
        return not had

    def _tokenized(self, pairs: Sequence[Pair], phase: Phase) -> TokenizedPairs:
        template, published = self.model.config.prompt, phase.as_published
        return tokenize(pairs, self.tokenizer, template, phase.max_length, as_published=published)

    def identity(self) -> str:
        """A name for what is learnt from."""
        known = hashlib.sha256()
        for pair in (*self.pairs, *self.cached):
            name = None if pair.audio is None else Path(pair.audio).name
            known.update(f"{name}|{pair.question}|{pair.answer}\n".encode())
        return known.hexdigest()[:16]

    def _trains_encoder(self, phase: Phase) -> bool:
        names = (f"encoder.{name}" for name, _ in self.model.encoder.named_parameters())
        return any(trained_by(name, phase.trains) for name in names)

    def _provenance(self) -> dict[str, Any]:
        return {
            "recipe": self.recipe.name,
            "seed": self.recipe.seed,
            "pairs": len(self.pairs),
            "phases": {phase.name: phase.steps or phase.epochs for phase in self.recipe.phases},
        }


def is_sharded(recipe: Recipe, world: World) -> bool:
    """Whether the model's parameters are spread over processes."""
    return recipe.parallel == "fsdp" and world.size > 1


def open_for_training(
    folder: Path, recipe: Recipe, world: World
) -> MuLlamaForConditionalGeneration:
    """A stored model with its low-rank updates apart, what trains in float32, the rest as computed.

    A model that is to be spread stays on the CPU, from where its layers are taken one by one.
    """
    device = torch.device("cpu") if is_sharded(recipe, world) else world.device
    model, _ = open_model(folder, device=str(device))
    if recipe.lora_rank and model.config.lora_rank not in (0, recipe.lora_rank):
        raise UsageError(
            f"{folder} has low-rank updates of rank {model.config.lora_rank}, the recipe says "
            f"{recipe.lora_rank}: leave lora_rank out"
        )
    if recipe.lora_rank and not model.config.lora_rank:
        torch.manual_seed(recipe.seed)
        add_lora(model.language_model, recipe.lora_rank)
        model.config.lora_rank = recipe.lora_rank
        model.to(device)
    # The encoder hears as it is stored, as it does when it is asked; only the decoder is computed in
    # another type.
    model.language_model.to(DTYPES[recipe.precision])
    if recipe.precision == "float32":
        model.bridge.float()
        model.shifts.float()
    model.encoder.to(world.device)
    for name, parameter in model.named_parameters():
        if trained_by(name, recipe.trains):
            parameter.data = parameter.data.float()
            if name.startswith("encoder."):
                # A layer that was dropped would leave no state to mix.
                model.encoder.config.layerdrop = 0.0
    return model
