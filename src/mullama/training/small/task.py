"""The small model's recipe becomes its pupil, its music and what each of its phases learns.

Whatever is there already is used: shards of music, the tokenizer, kept Listenings. How a step is
taken is in training/loop.py.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mullama.studio.corpus import load_or_render
from mullama.studio.sound.banks import TRAINING_BANKS
from mullama.studio.spectra_set import SpectraSet
from mullama.training.recipe import Phase, Recipe
from mullama.training.small.build_model import SmallTrainableModel, export, fresh_model
from mullama.training.small.features import compute_features
from mullama.training.small.objectives import LearnAnswers, LearnAttributes, LearnToAlign
from mullama.training.small.pseudo_labels import pseudo_labels
from mullama.training.small.texts import corpus_texts, imagined
from mullama.training.small.tokens import load_tokenizer, train_tokenizer
from mullama.training.trainable import LossModule, Objective


class SmallTask:
    """See trainer.Course."""

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        music_folder: Path,
        workers: int,
        report: Callable[[str], None],
    ) -> None:
        self.recipe, self.folder, self.music_folder = recipe, folder, music_folder
        self.workers, self.report = workers, report
        self._music: dict[str, SpectraSet] = {}
        self.tokenizer = self._tokenizer()
        self.trainable = SmallTrainableModel(fresh_model(recipe.model, self.tokenizer, recipe.seed))

    def loss_module(self) -> LossModule:
        """See trainer.Course."""
        return LossModule(self.trainable)

    def music(self, split: str | None) -> SpectraSet:
        """The heard music of a split, made where it is not there yet."""
        wanted = self.recipe.split(split)
        if wanted.name not in self._music:
            self._music[wanted.name] = load_or_render(
                wanted, self.music_folder, workers=self.workers, report=self.report
            )
        return self._music[wanted.name]

    def objective(self, phase: Phase) -> Objective:
        """What a phase learns, with the music it learns from."""
        seed = self.recipe.seed * 1009 + self.recipe.phases.index(phase)
        if phase.objective == "truth":
            truths = imagined(self.recipe.split(phase.split))
            return LearnAnswers(self.trainable, phase, truths, self.tokenizer, seed)
        music = self.music(phase.split)
        if phase.objective == "attributes":
            return LearnAttributes(self.trainable, phase, music, seed)
        self.report(
            f"hearing {len(music)} clips of {phase.split}, {phase.variants} times, or reading"
        )
        encoder = self.trainable.model.encoder
        heard = compute_features(encoder, music, phase.variants, self.recipe.seed, self.folder)
        if phase.teacher == "probes":
            heard = pseudo_labels(self.trainable, heard)
        if phase.objective == "align":
            return LearnToAlign(self.trainable, phase, heard, seed)
        return LearnAnswers(
            self.trainable, phase, heard.truths, self.tokenizer, seed, heard.listenings
        )

    def identity(self) -> str:
        """See trainer.Course; the music follows from the recipe."""
        return ""

    def export(self, folder: Path) -> None:
        """Write the model as it is."""
        export(self.trainable.model, self.tokenizer, folder, provenance(self.recipe))

    def _tokenizer(self) -> Any:
        path = self.folder / "tokenizer.json"
        if not path.exists():
            texts = corpus_texts(self.recipe.model.prompt, self.recipe.seed)
            part = path.with_suffix(".part")
            train_tokenizer(texts, self.recipe.model.vocabulary).save(str(part))
            part.replace(path)
        return load_tokenizer(path)


def provenance(recipe: Recipe) -> dict[str, Any]:
    """What is stored with the weights about how they came to be."""
    return {
        "recipe": recipe.name,
        "seed": recipe.seed,
        "steps": {phase.name: phase.steps for phase in recipe.phases},
        "music": "composed and rendered by mullama.studio",
        "sound banks": sorted(TRAINING_BANKS),
    }
