"""Pairs about Listenings, and the facts that probes read in those: three ways of learning from them.

First the language model learns to speak of facts, given as they are; then the bridge learns to give, from
Listenings, what stood for the facts; then both learn together. How they come into memory stands in
prepare.py.
"""

from dataclasses import dataclass
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from mullama.training.objective import Objective
from mullama.training.phases import is_trained
from mullama.training.qa.listenings import Names
from mullama.training.qa.objective import PairObjective
from mullama.training.qa.task import QaTask
from mullama.training.recipe import Phase
from mullama.training.small.build_model import SmallTrainableModel, with_noise
from mullama.training.small.features import FeatureSet, with_mixtures
from mullama.training.small.objectives import AlignObjective
from mullama.training.small.pseudo_labels import pseudo_labels
from mullama.training.talk.conversations import ListeningNames
from mullama.training.talk.kept import KeepingObjective, KeptTexts
from mullama.training.trainable import LossModule


@dataclass(frozen=True)
class FactsAsMusic:
    """What a FactsProjection makes of facts, in the place of what the bridge gives."""

    trainable: SmallTrainableModel
    facts: Float[Tensor, "clip facts"]
    names: ListeningNames
    noise: float
    """See Phase."""

    def __call__(self, names: Names) -> Float[Tensor, "clip layers width"]:
        """See ShiftsOf."""
        carried = self.trainable.facts(self.facts[self.names.places(names)])
        shifts: Tensor = self.trainable.model.spread(with_noise(carried, self.noise))
        return shifts


@dataclass(frozen=True)
class TalkTask:
    """See task.Task."""

    qa: QaTask
    """The pairs, and the model that learns them."""
    trainable: SmallTrainableModel
    features: FeatureSet
    """Listenings, and what probes read in them."""
    names: ListeningNames
    kept: KeptTexts | None = None
    """What it makes of these is to stay."""

    @property
    def loss_module(self) -> LossModule:
        """See task.Task."""
        return self.qa.loss_module

    def objective(self, phase: Phase) -> Objective:
        """See task.Task. Raises UsageError where no pair fits."""
        if phase.objective == "align":
            mixed = with_mixtures(self.features, phase.mixtures, self.qa.recipe.seed)
            read = pseudo_labels(self.trainable, mixed)
            return AlignObjective(self.trainable, phase, read, self.qa.seed(phase))
        if phase.objective == "truth":
            facts = self.features.facts(probable=phase.probable, sharpened=phase.sharpened)
            music = FactsAsMusic(self.trainable, facts, self.names, phase.noise)
            return self._keeping(phase, self.qa.pair_objective(phase, music))
        return self._keeping(phase, self.qa.objective(phase))

    def _keeping(self, phase: Phase, pairs: PairObjective) -> Objective:
        talk, model = self.qa.recipe.talk, self.qa.model
        assert talk is not None, "see prepare.py"
        speaks = (f"language_model.{name}" for name, _ in model.language_model.named_parameters())
        if self.kept is None or not any(is_trained(name, phase.trains) for name in speaks):
            return pairs
        return KeepingObjective(pairs, self.kept, talk.keep)

    def identity(self) -> str:
        """See task.Task."""
        return self.qa.identity()

    def export(self, folder: Path) -> None:
        """See task.Task. Raises TrainingError."""
        self.qa.export(folder)
