"""A recipe becomes a model folder: music, tokenizer, phases and the table of figures, in one go.

Whatever is there already is used: shards of music, the tokenizer, the last checkpoint, kept
Listenings. So one command makes everything from nothing, and the same command takes up what was
interrupted. How a step is taken is in loop.py, what it learns in objectives.py.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from mullama.studio.banks import TRAINING_BANKS
from mullama.training.bars import measure, save_figures
from mullama.training.corpus import HeardMusic, load, prepare
from mullama.training.hearings import hear_all
from mullama.training.loop import Loop, Objective
from mullama.training.objectives import LearnAnswers, LearnAttributes, LearnToCarry
from mullama.training.pupil import Pupil, export, fresh_model
from mullama.training.reading import as_read
from mullama.training.recipe import Phase, Recipe, load_recipe
from mullama.training.texts import corpus_texts, imagined
from mullama.training.tokens import load_tokenizer, train_tokenizer

MODEL = "model"
"""Folder of the finished model, inside the run's."""
FIGURES = "figures.json"
"""File of its figures."""


def run(
    recipe_path: Path | str,
    out: Path | str,
    *,
    music: Path | str | None = None,
    workers: int = 1,
    max_steps: int | None = None,
    report: Callable[[str], None] = print,
) -> Path:
    """Train what a recipe says, in the folder `out`, and return the finished model's folder.

    `music` is where heard music is kept, by default inside `out`; `workers` processes make it.
    `max_steps` stops earlier, so that a later call can go on; the model is exported as it is then.
    """
    recipe = load_recipe(recipe_path)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(recipe.threads)
    course = Course(recipe, folder, Path(music) if music else folder / "music", workers, report)
    finished = course.loop.train(max_steps)
    export(course.pupil.model, course.tokenizer, folder / MODEL, provenance(recipe))
    if finished:
        found = measure(folder / MODEL, course.music("seen"), course.music("unseen"), report)
        save_figures(found, folder / FIGURES)
    return folder / MODEL


def provenance(recipe: Recipe) -> dict[str, Any]:
    """What is stored with the weights about how they came to be."""
    return {
        "recipe": recipe.name,
        "seed": recipe.seed,
        "steps": {phase.name: phase.steps for phase in recipe.phases},
        "music": "composed and rendered by mullama.studio",
        "sound banks": sorted(TRAINING_BANKS),
    }


class Course:
    """One run: its music, its pupil and what each phase needs of them."""

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
        self._music: dict[str, HeardMusic] = {}
        self.tokenizer = self._tokenizer()
        self.pupil = Pupil(fresh_model(recipe.model, self.tokenizer, recipe.seed))
        self.loop = Loop(recipe, self.pupil, folder, self.objective, report)
        if self.loop.resume():
            report(f"{recipe.name}: goes on from the last checkpoint in {folder}")

    def music(self, split: str) -> HeardMusic:
        """The heard music of a split, made where it is not there yet."""
        if split not in self._music:
            wanted = self.recipe.split(split)
            prepare(wanted, self.music_folder, workers=self.workers, report=self.report)
            self._music[split] = load(wanted, self.music_folder)
        return self._music[split]

    def objective(self, phase: Phase) -> Objective:
        """What a phase learns, with the music it learns from."""
        seed = self.recipe.seed * 1009 + self.recipe.phases.index(phase)
        if phase.objective == "truth":
            truths = imagined(self.recipe.split(phase.split))
            return LearnAnswers(self.pupil, phase, truths, self.tokenizer, seed)
        music = self.music(phase.split)
        if phase.objective == "attributes":
            return LearnAttributes(self.pupil, phase, music, seed)
        self.report(
            f"hearing {len(music)} clips of {phase.split}, {phase.variants} times, or reading"
        )
        encoder = self.pupil.model.encoder
        heard = hear_all(encoder, music, phase.variants, self.recipe.seed, self.folder)
        if phase.teacher == "heads":
            heard = as_read(self.pupil, heard)
        if phase.objective == "carry":
            return LearnToCarry(self.pupil, phase, heard, seed)
        return LearnAnswers(self.pupil, phase, heard.truths, self.tokenizer, seed, heard.listenings)

    def _tokenizer(self) -> Any:
        path = self.folder / "tokenizer.json"
        if not path.exists():
            texts = corpus_texts(self.recipe.model.prompt, self.recipe.seed)
            part = path.with_suffix(".part")
            train_tokenizer(texts, self.recipe.model.vocabulary).save(str(part))
            part.replace(path)
        return load_tokenizer(path)
