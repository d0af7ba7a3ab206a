"""The small model's recipe becomes its model, its music and each phase's objective.

Whatever is there already is used: shards of music, the tokenizer, cached Listenings. How a step is
taken stands in training/loop.py.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jaxtyping import Float
from torch import Tensor

from mullama.checkpoints.store import resolve
from mullama.jobs.atomic import atomic_file
from mullama.studio.corpus import load_or_render
from mullama.studio.sound.banks import TRAINING_BANKS
from mullama.studio.spectra_set import SpectraSet, together
from mullama.studio.split import SourceName, Split
from mullama.studio.truth import Truth
from mullama.training.checkpoints import TrainingError
from mullama.training.objective import Objective
from mullama.training.recipe import Phase, Recipe
from mullama.training.run_options import RunOptions
from mullama.training.small.attributes import targets
from mullama.training.small.build_model import (
    SmallTrainableModel,
    export,
    fresh_model,
    started_model,
)
from mullama.training.small.features import FeatureSet, compute_features, with_mixtures
from mullama.training.small.formulas import add_beats
from mullama.training.small.objectives import AlignObjective, AnswerObjective, AttributeObjective
from mullama.training.small.pseudo_labels import pseudo_labels
from mullama.training.small.self_training import fill_in
from mullama.training.small.texts import corpus_texts, imagined
from mullama.training.small.tokens import load_tokenizer, train_tokenizer
from mullama.training.trainable import LossModule

TOKENIZER = "tokenizer.json"
MUSIC: dict[SourceName, str] = {
    "composed": "composed and rendered by mullama.studio",
    "songs": "the same with singers, whose syllables eSpeak NG, Flite and KLettres' speakers spoke",
    "scores": "scores of music21's corpus, rendered by mullama.studio",
    "recordings": "recordings of Debian's packages (docs/recordings.md), tempo and key by tools",
}
"""Source -> how it is told with the weights."""


@dataclass(frozen=True)
class SmallTask:
    """See task.Task."""

    recipe: Recipe
    folder: Path
    """The run's."""
    music_folder: Path
    workers: int
    """Processes that render."""
    report: Callable[[str], None]
    tokenizer: Any
    """A `tokenizers.Tokenizer`."""
    trainable: SmallTrainableModel
    loss_module: LossModule
    _music: dict[str, SpectraSet] = field(default_factory=dict)
    """By split; rendered when a phase needs it."""

    def music(self, name: str | None) -> SpectraSet:
        """The music of a split, or of several together, made where it is not there yet."""
        return together([self._one(split) for split in self.recipe.splits_of(name)])

    def _one(self, split: Split) -> SpectraSet:
        if split.name not in self._music:
            self._music[split.name] = load_or_render(
                split, self.music_folder, workers=self.workers, report=self.report
            )
        return self._music[split.name]

    def objective(self, phase: Phase) -> Objective:
        """See task.Task."""
        trainable, tokenizer = self.trainable, self.tokenizer
        seed = self.recipe.seed * 1009 + self.recipe.phases.index(phase)
        if phase.objective == "truth":
            truths, facts = self._facts(phase)
            return AnswerObjective(
                trainable, phase, truths, tokenizer, seed, lambda c: trainable.facts(facts[c])
            )
        if phase.objective == "attributes":
            music = self._labelled(phase)
            if phase.beats:
                add_beats(trainable, music, phase.beats)
            return AttributeObjective(trainable, phase, music, seed)
        features = self._features(phase)
        if phase.objective == "align":
            return AlignObjective(trainable, phase, features, seed)
        heard, bridge = features.listenings, trainable.model.bridge
        return AnswerObjective(
            trainable, phase, features.truths, tokenizer, seed, lambda c: bridge(heard[c].float())
        )

    def identity(self) -> str:
        """See task.Task; the music follows from the recipe."""
        return ""

    def export(self, folder: Path) -> None:
        """See task.Task. Raises TrainingError."""
        export(self.trainable.model, self.tokenizer, folder, provenance(self.recipe))

    def _labelled(self, phase: Phase) -> SpectraSet:
        """The music of a phase with what is known of it, or with what its probes make of the rest."""
        music = self.music(phase.split)
        if phase.teacher == "probes":
            filled = fill_in(self.trainable, music, self.recipe.seed, self.folder, phase.name)
            for fact in ("tempo_bpm", "key"):
                known, after = (
                    sum(getattr(truth, fact) is not None for truth in one.truths)
                    for one in (music, filled)
                )
                self.report(f"{fact} of {known} clips known, of {after} with what the probes read")
            return filled
        return music

    def _facts(self, phase: Phase) -> tuple[Sequence[Truth], Float[Tensor, "clip facts"]]:
        """What there is to write about: what probes read, or pieces that are not even rendered."""
        if phase.teacher == "probes":
            features = self._features(phase)
            return features.truths, features.facts(
                probable=phase.probable, sharpened=phase.sharpened
            )
        truths = [truth for s in self.recipe.splits_of(phase.split) for truth in imagined(s)]
        return truths, targets(truths).vector()

    def _features(self, phase: Phase) -> FeatureSet:
        music = self.music(phase.split)
        self.report(
            f"Listenings of {len(music)} clips of {phase.split}, {phase.variants} variants of each"
        )
        encoder, seed = self.trainable.model.encoder, self.recipe.seed
        features = compute_features(encoder, music, phase.variants, seed, self.folder)
        if phase.teacher == "probes":
            features = with_mixtures(features, phase.mixtures, seed)
            return pseudo_labels(self.trainable, features)
        return features


def prepare_small_task(
    recipe: Recipe, folder: Path, options: RunOptions, report: Callable[[str], None]
) -> SmallTask:
    """The task of a recipe of the small model's own phases, in a run's folder; trains its tokenizer."""
    tokenizer = _tokenizer(recipe, folder / TOKENIZER)
    if recipe.start is None:
        model = fresh_model(recipe.model, tokenizer, recipe.seed)
    else:
        ears = None if recipe.ears is None else resolve(recipe.ears)
        model = started_model(resolve(recipe.start), recipe.model, recipe.seed, ears)
    trainable = SmallTrainableModel(model)
    return SmallTask(
        recipe=recipe,
        folder=folder,
        music_folder=options.music_folder(folder),
        workers=options.workers or 1,
        report=report,
        tokenizer=tokenizer,
        trainable=trainable,
        loss_module=LossModule(trainable),
    )


def provenance(recipe: Recipe) -> dict[str, Any]:
    """What is stored with the weights about how they came to be."""
    sources = {s.source for p in recipe.phases for s in recipe.splits_of(p.split)}
    return {
        "recipe": recipe.name,
        "seed": recipe.seed,
        "steps": {phase.name: phase.steps for phase in recipe.phases},
        "music": [MUSIC[source] for source in MUSIC if source in sources],
        "sound banks": sorted(TRAINING_BANKS),
    } | {
        name: before(model)
        for name, model in (("start", recipe.start), ("ears", recipe.ears))
        if model is not None
    }


def before(start: str) -> dict[str, Any]:
    """What is known of how a model came to be that a recipe starts from."""
    stored = json.loads((resolve(start) / "config.json").read_text(encoding="utf-8"))
    return dict(stored.get("provenance") or {"model": start})


def _tokenizer(recipe: Recipe, path: Path) -> Any:
    """The recipe's tokenizer, trained where it is not there yet; that of the model it starts from."""
    if recipe.start is not None:
        return load_tokenizer(resolve(recipe.start) / TOKENIZER)
    if not path.exists():
        texts = corpus_texts(recipe.model.prompt, recipe.seed)
        trained = train_tokenizer(texts, recipe.model.vocabulary)
        with atomic_file(path, error_type=TrainingError) as part:
            part.write_text(trained.to_str(pretty=True), encoding="utf-8")
    return load_tokenizer(path)
