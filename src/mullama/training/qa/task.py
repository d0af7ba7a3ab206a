"""A model and question-answer pairs in memory become each phase's objective, and at the end a folder.

For every training on pairs: the published phases, and a user's own data. How they come into memory
stands in prepare.py, how a step is taken in loop.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mullama.checkpoints.base import PREFIX, BaseRecord, read_base_record, write_base_record
from mullama.checkpoints.model_folder import read_model_folder
from mullama.checkpoints.save import save_model
from mullama.checkpoints.skeleton import HEAD
from mullama.checkpoints.store import resolve
from mullama.data.records import Pair
from mullama.errors import UsageError
from mullama.jobs.digest import chunks_digest
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.export import export_folder
from mullama.training.parallel import World, full_tensor
from mullama.training.phases import is_trained
from mullama.training.precision import cast
from mullama.training.qa.divide_pairs import DividedPairs
from mullama.training.qa.objective import PairObjective, ShiftsOf
from mullama.training.qa.prepare_listenings import PreparedListenings
from mullama.training.qa.start_model import trains_encoder
from mullama.training.qa.tokenized import Emphasis, Spans, TokenizedPairs, tokenize
from mullama.training.recipe import Phase, Recipe
from mullama.training.trainable import LossModule

MAX_REPORTED = 5
"""Items that are named where many are left out."""


@dataclass(frozen=True)
class QaTask:
    """See task.Task."""

    recipe: Recipe
    world: World
    report: Callable[[str], None]
    tokenizer: Any
    """A fast tokenizer of transformers."""
    pairs: DividedPairs
    listenings: PreparedListenings
    start: Path
    """The folder of the model that it began with."""
    lent_values: bool
    """Whether the shifts have value projections of their own for this training only."""
    loss_module: LossModule
    emphasised: Spans | None = None
    """What in an answer a phase's `emphasis` is on."""

    @property
    def model(self) -> MuLlamaForConditionalGeneration:
        """The model itself."""
        model: MuLlamaForConditionalGeneration = self.loss_module.trainable.model
        return model

    def objective(self, phase: Phase) -> PairObjective:
        """See task.Task. Raises UsageError where no pair fits."""
        online = trains_encoder(self.model, phase)
        listen = self.listenings.online if online else self.listenings.cached
        return self.pair_objective(
            phase, lambda names: self.model.adapt(listen(names).to(self.world.device))
        )

    def pair_objective(self, phase: Phase, music: ShiftsOf) -> PairObjective:
        """Answers to be learnt about that music. Raises UsageError where no pair fits."""
        tokenized = self._tokenized(self.pairs.training, phase)
        self._report_cuts(tokenized, phase)
        if not len(tokenized):
            raise UsageError(f"phase {phase.name}: no pair fits into {phase.max_length} tokens")
        return PairObjective(
            self.model,
            phase,
            tokenized,
            music,
            weights=self.pairs.weights[tokenized.places],
            held_out=self._tokenized(self.pairs.held_out, phase),
            seed=self.seed(phase),
            world=self.world,
        )

    def seed(self, phase: Phase) -> int:
        """Of what a phase draws."""
        return self.recipe.seed * 1009 + self.recipe.phases.index(phase)

    def identity(self) -> str:
        """See task.Task: pairs and the names of their files count, not where they lie."""
        pairs = (*self.pairs.training, *self.pairs.held_out)
        return chunks_digest(map(_identity, pairs))[:16]

    def export(self, folder: Path) -> None:
        """See task.Task; in the layout that `mullama.load` opens. Raises TrainingError."""
        is_main, config = self.world.is_main, self.model.config
        tensors = {name: full_tensor(t, is_main) for name, t in self.model.state_dict().items()}
        if not is_main:
            return
        if self.lent_values:
            del tensors["shifts.values"]
            config.own_values = False
        config.provenance = {**config.provenance, "trained": self._provenance()}
        if config.text_config.tie_word_embeddings:
            tensors.pop(HEAD, None)
        base = read_base_record(self.start)
        if base is not None:
            kept = self._stored_before()
            tensors = {
                n: t for n, t in tensors.items() if n in kept or not self._is_left_to(base, n)
            }
        if self.recipe.export_dtype is not None:
            tensors = {n: cast(t, self.recipe.export_dtype) for n, t in tensors.items()}
        with export_folder(folder, tensors) as part:
            save_model(self.model, self.tokenizer, part, tensors)
            if base is not None:
                write_base_record(part, base)

    def _stored_before(self) -> set[str]:
        """What the adapters that it began with store themselves: no longer the base's, trained now or not."""
        folders = [self.start]
        if self.recipe.start is not None:
            folders.append(resolve(self.recipe.start))
        return {name for folder in folders for name in read_model_folder(folder).tensors}

    def _is_left_to(self, base: BaseRecord, name: str) -> bool:
        """Whether a tensor is the base's own, as it was."""
        own = name.removeprefix(PREFIX)
        return own != name and own in base.tensors and not is_trained(name, self.recipe.trains)

    def _tokenized(self, pairs: Sequence[Pair], phase: Phase) -> TokenizedPairs:
        template, published = self.model.config.prompt, phase.as_published
        emphasis = None
        if self.emphasised is not None and phase.emphasis != 1:
            emphasis = Emphasis(self.emphasised, phase.emphasis)
        return tokenize(
            pairs,
            self.tokenizer,
            template,
            phase.max_length,
            as_published=published,
            emphasis=emphasis,
        )

    def _report_cuts(self, tokenized: TokenizedPairs, phase: Phase) -> None:
        if tokenized.cut:
            self.report(
                f"{phase.name}: {tokenized.cut} answers are cut at {phase.max_length} tokens"
            )
        for line in tokenized.too_long[:MAX_REPORTED]:
            self.report(f"{phase.name}: no room for an answer, left out: {line}")
        if left_out := len(tokenized.too_long):
            total = len(self.pairs.training)
            self.report(f"{phase.name}: {left_out} of {total} pairs left out")

    def _provenance(self) -> dict[str, Any]:
        return {
            "recipe": self.recipe.name,
            "start": self.recipe.start,
            "seed": self.recipe.seed,
            "pairs": len(self.pairs.training),
            "phases": {phase.name: phase.steps or phase.epochs for phase in self.recipe.phases},
        }


def _identity(pair: Pair) -> bytes:
    name = None if pair.audio is None else Path(pair.audio).name
    return f"{name}|{pair.question}|{pair.answer}\n".encode()
