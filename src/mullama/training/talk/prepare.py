"""A recipe that talks about the studio's music becomes a TalkTask: pairs about Listenings that were heard once.

Everything slow that happens before the first step happens here, and each part of it is kept in the run's
folder: music, Listenings, and what the language model says itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mullama.checkpoints.store import resolve
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.errors import UsageError
from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.open_model import load
from mullama.studio.clips import TAKES
from mullama.studio.corpus import load_or_render
from mullama.studio.spectra_set import SpectraSet, together
from mullama.training.parallel import World
from mullama.training.precision import autocast
from mullama.training.qa.divide_pairs import divide
from mullama.training.qa.find_pairs import PairSet
from mullama.training.qa.listenings import Names
from mullama.training.qa.prepare_listenings import PreparedListenings
from mullama.training.qa.start_model import check_phases, open_for_training, wrap_model
from mullama.training.qa.task import QaTask
from mullama.training.recipe import Recipe, Talk
from mullama.training.run_options import RunOptions
from mullama.training.small.build_model import SmallTrainableModel
from mullama.training.small.emphasis import facts_said
from mullama.training.small.features import compute_features
from mullama.training.small.pseudo_labels import pseudo_labels
from mullama.training.talk.conversations import ListeningNames, conversations
from mullama.training.talk.facts import fit_probes
from mullama.training.talk.kept import kept_texts
from mullama.training.talk.own_answers import LOG, own_answers
from mullama.training.talk.start import go_on_from, start_of
from mullama.training.talk.task import TalkTask


@dataclass(frozen=True)
class TalkListenings:
    """Listenings by the names that pairs call them by."""

    listenings: Float[Tensor, "clip states features"]
    names: ListeningNames

    def __call__(self, names: Names) -> Float[Tensor, "clip states features"]:
        """Those of a step; every pair is about one."""
        return self.listenings[self.names.places(names)].float()


def prepare_talk_task(
    recipe: Recipe,
    folder: Path,
    options: RunOptions,
    world: World,
    report: Callable[[str], None],
) -> TalkTask:
    """The task of a recipe with `talk`. Raises UsageError for what does not fit or is missing."""
    talk = _checked(recipe, world)
    start = start_of(recipe, folder, report)
    model = open_for_training(start.folder, recipe, world, start.base)
    # On a CPU, and with texts as short as these, plain products are quicker than a fused kernel's backward.
    model.language_model.set_attn_implementation("eager")
    torch.manual_seed(recipe.seed)  # a resumed run has to read the same facts
    trainable = SmallTrainableModel(model)
    check_phases(trainable, recipe, world)
    if not isinstance(model.encoder, FilterbankEncoder):
        raise UsageError(
            f"recipe {recipe.name}: talk needs the small model's encoder, which listens to spectra"
        )
    music = _music(recipe, talk, folder, options, report)
    report(f"Listenings of {len(music)} clips, {talk.variants} variants of each")
    known = compute_features(model.encoder, music, talk.variants, recipe.seed, folder)
    fit_probes(trainable, known, recipe.seed)
    features = pseudo_labels(trainable, known)
    names = ListeningNames(_pieces(music)[features.clips].tolist())
    pairs = conversations(features.truths, names, talk, recipe.seed)
    sources = [PairSet(folder / "conversations", 1.0, tuple(pairs), {})]
    if talk.own_answers:
        speaker = partial(load, start.folder, device="cpu", base=start.base)
        said = own_answers(speaker, features.truths, names, talk.own_answers, recipe.seed, folder)
        report(f"{len(said)} of {talk.own_answers} of its own answers are kept")
        sources.append(PairSet(folder / LOG, talk.own_answer_weight, tuple(said), {}))
    own = [pair for source in sources[1:] for pair in source.pairs]
    kept = None
    if talk.keep and own:
        with autocast(world.device, recipe.precision):
            kept = kept_texts(model, load_tokenizer(start.folder), own)
    if recipe.start is not None:
        go_on_from(resolve(recipe.start), model, start.base)
    listen = TalkListenings(features.listenings, names)
    qa = QaTask(
        recipe=recipe,
        world=world,
        report=report,
        tokenizer=load_tokenizer(start.folder),
        pairs=divide(sources, recipe.validation, recipe.validation_pairs),
        listenings=PreparedListenings(sources, listen, listen),
        lent_values=False,
        start=start.folder,
        loss_module=wrap_model(trainable, recipe, world),
        emphasised=facts_said,
    )
    return TalkTask(qa, trainable, features, names, kept)


def _checked(recipe: Recipe, world: World) -> Talk:
    if recipe.talk is None or recipe.data:
        raise UsageError(f"recipe {recipe.name}: talk goes without other data")
    if world.size > 1:
        raise UsageError(f"recipe {recipe.name}: talk is trained in one process")
    return recipe.talk


def _music(
    recipe: Recipe, talk: Talk, folder: Path, options: RunOptions, report: Callable[[str], None]
) -> SpectraSet:
    where, workers = options.music_folder(folder), options.workers or 1
    splits = recipe.splits_of(talk.split)
    return together([load_or_render(s, where, workers=workers, report=report) for s in splits])


def _pieces(music: SpectraSet) -> Int[Tensor, " clip"]:
    """The number of each clip's piece, takes being of one; a recording in two splits is one in each."""
    return (~music.continues).cumsum(0).sub(1) // TAKES
