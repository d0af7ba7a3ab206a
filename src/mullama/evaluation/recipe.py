"""A recipe, or a command line, -> one evaluation: which set, asked how, of whom, scored how."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from mullama.errors import MuLlamaError, UsageError
from mullama.evaluation.asking.answer import answer
from mullama.evaluation.asking.answer_options import AnswerOptions
from mullama.evaluation.asking.tasks import Asking
from mullama.evaluation.counted import counted
from mullama.evaluation.folder import EvaluationFolder
from mullama.evaluation.items import Item, limited
from mullama.evaluation.metrics.registry import open_metric
from mullama.evaluation.scoring.overlap import check_training_files
from mullama.evaluation.scoring.score_options import ScoreOptions
from mullama.evaluation.scoring.tables import chosen_tables
from mullama.evaluation.sets.registry import read_set, split_spec
from mullama.evaluation.systems.registry import SYSTEMS, SystemSpec
from mullama.jobs.outcome import Outcome
from mullama.jobs.shard import Shard
from mullama.options import Options, from_mapping
from mullama.options.yaml_file import read_yaml


@dataclass(frozen=True, kw_only=True)
class EvaluationRecipe(Options):
    """What `mullama evaluate run` does, as a YAML file says it."""

    set: str
    """NAME:PATH of a published set, or a file of question-answer pairs."""
    systems: tuple[dict[str, Any] | str, ...]
    """Who is asked: kind, name, trained_on, and the options of that kind; or as `--system` has it."""
    asking: Asking = field(default_factory=Asking)
    """How it is asked."""
    work: AnswerOptions = field(default_factory=AnswerOptions)
    """Where audio lies, and how the work is done."""
    score: ScoreOptions = field(default_factory=ScoreOptions)
    """Which figures are made."""

    @property
    def specs(self) -> list[SystemSpec]:
        """The systems; raises UsageError where there are none, or two of one name."""
        if not self.systems:
            raise UsageError("systems: name who is asked, such as [echo]")
        found = [SystemSpec.from_stored(stored, "systems") for stored in self.systems]
        names = [spec.file_name for spec in found]
        for name in names:
            if names.count(name) > 1:
                raise UsageError(f"two systems are called {name!r}: give each a name of its own")
        return found


def load_recipe(path: Path, changed: Mapping[str, Any] | None = None) -> EvaluationRecipe:
    """Read a recipe; `changed` are options of its work. Raises UsageError."""
    recipe = from_mapping(EvaluationRecipe, read_yaml(path), str(path))
    return replace(recipe, work=replace(recipe.work, **(changed or {})))


def ask(
    spec_of_set: str,
    systems: Sequence[SystemSpec],
    folder: EvaluationFolder,
    asking: Asking,
    work: AnswerOptions,
    command: Sequence[str] = (),
    warn: Callable[[str], None] = lambda line: None,
) -> Iterator[tuple[SystemSpec, Outcome | MuLlamaError]]:
    """Put the set to one system after another; what stops one does not stop the next.

    `command` is what was typed, for whoever repeats it; `warn` is told of audio that is not here before
    anybody is asked. Raises UsageError for a set that cannot be read.
    """
    shard = Shard.from_text(work.shard)
    found = read_set(spec_of_set, work.audio, unpack_to=folder.unpacked)
    unheard = _without_audio(limited(found.items, asking.tracks))
    for spec in systems:
        try:
            if unheard and SYSTEMS.load(spec.kind).hears:
                warn(f"{spec.name}: {unheard}")
            check_training_files(map(Path, spec.trained_on), "trained_on")
            outcome = answer(
                found,
                spec,
                folder,
                asking=asking,
                engine=work.engine,
                workers=work.workers,
                gpus=work.gpus,
                shard=shard,
                retry_failed=work.retry_failed,
                command=command,
            )
        except MuLlamaError as error:
            yield spec, error
        else:
            yield spec, outcome


def _without_audio(items: Sequence[Item]) -> str:
    """How many items cannot be asked about the music, and why the first of them; empty for none."""
    gone = [item for item in items if item.audio is not None and item.file is None]
    if not gone:
        return ""
    of = f"{len(gone)} of {counted(len(items), 'item')}"
    return f"{of} cannot be asked about the music, as their audio is not here: {gone[0].missing}"


def missing(recipe: EvaluationRecipe) -> list[str]:
    """What this machine lacks for a recipe, one line each: the set, audio, weights, metrics' models."""
    lines = []
    try:
        _, path = split_spec(recipe.set)
        if not path.exists():
            raise UsageError(f"{path}: no such file")
    except UsageError as error:
        lines.append(f"set: {error}")
    lines += [f"audio: {place}: no such file" for place in recipe.work.audio if not place.exists()]
    for spec in recipe.specs:
        lines += [f"system {spec.name}: {line}" for line in _missing_of(spec)]
    lines += _untold(recipe.score.hold_out, "score: hold_out")
    columns = chain.from_iterable(chosen_tables(recipe.score).values())
    for name in dict.fromkeys(column.metric for column in columns):
        for need in open_metric(name, recipe.score).needs():
            lines.append(f"metric {name}: {need.what} is missing ({need.how})")
    return lines


def _missing_of(spec: SystemSpec) -> list[str]:
    try:
        found = spec.open().missing()
    except UsageError as error:
        found = [str(error)]
    return found + _untold(map(Path, spec.trained_on), "trained_on")


def _untold(paths: Iterable[Path], where: str) -> list[str]:
    """The first of the files of training data that cannot be read; a scoring would end there."""
    try:
        check_training_files(paths, where)
    except UsageError as error:
        return [str(error)]
    return []
