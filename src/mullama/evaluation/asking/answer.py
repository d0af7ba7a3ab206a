"""The first step: every item is put to a system, under every condition, and its answers are kept.

By `jobs.run`: a kill loses the answers under way, an item's failure is its own, several machines share
the work by shards. Does not judge answers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain, islice
from pathlib import Path
from statistics import fmean

from mullama.errors import AudioError
from mullama.evaluation.asking.answers import ANSWER_LINES, AnswerRecord
from mullama.evaluation.asking.pieces import spans
from mullama.evaluation.asking.sounds import cut, length
from mullama.evaluation.asking.tasks import Asking, Task, tasks
from mullama.evaluation.folder import EvaluationFolder, StoredSystem
from mullama.evaluation.items import EvaluationSet, limited
from mullama.evaluation.systems.registry import SystemSpec
from mullama.evaluation.systems.system import Reply, Request, System
from mullama.jobs.log import JsonlLog
from mullama.jobs.outcome import Outcome
from mullama.jobs.run import run
from mullama.jobs.shard import Shard
from mullama.jobs.workers import Mapper, Work
from mullama.jobs.workers.choose import Engine, choose
from mullama.jobs.workers.work import cause_of

Batch = list[Task]


def answer(
    found: EvaluationSet,
    spec: SystemSpec,
    folder: EvaluationFolder,
    *,
    asking: Asking,
    engine: Engine | None = None,
    workers: int | None = None,
    gpus: float = 0.0,
    shard: Shard | None = None,
    retry_failed: bool = False,
    progress: bool | Callable[[int], None] = True,
) -> Outcome:
    """Put what is missing to a system; see `jobs.run`.

    `engine` is by default threads for a system that can be asked side by side, processes where more
    than one of the `workers` is asked for, else this thread. Raises UsageError for a folder of another
    evaluation and options that do not fit, CheckpointError for weights that are not there.
    """
    items = limited(found.items, asking.tracks)
    system = spec.open(items)
    fingerprint = spec.fingerprint(system)
    folder.write_set(found, asking)
    folder.write_system(_stored(spec, system, fingerprint))
    asked = list(tasks(items, asking, folder.control_sounds(asking), hears=system.hears))
    work = Work(
        partial(_Asker, spec, items, fingerprint), (AudioError,), partial(_lost, fingerprint)
    )
    engine = engine or _default(system, workers)
    mapper = choose(engine, work, workers or system.concurrency, gpus=gpus)
    return run(
        asked,
        _batched(mapper, system.batch_size),
        JsonlLog[AnswerRecord](folder.answers(spec.file_name), ANSWER_LINES),
        key=lambda task: task.key(fingerprint),
        shard=shard,
        retry_failed=retry_failed,
        total=len(asked),
        unit="answer",
        progress=progress,
    )


def _stored(spec: SystemSpec, system: System, fingerprint: str) -> StoredSystem:
    return StoredSystem(
        spec.name,
        spec.kind,
        spec.file_name,
        fingerprint,
        system.describe(),
        system.hears,
        spec.trained_on,
    )


def _default(system: System, workers: int | None) -> Engine:
    if system.concurrency > 1:
        return "threads"
    return "processes" if (workers or 1) > 1 else "here"


def _batched(mapper: Mapper[Batch, list[AnswerRecord]], size: int) -> Mapper[Task, AnswerRecord]:
    """A mapper of batches as one of tasks; a batch holds tasks that follow one another."""

    def mapped(coming: Iterable[Task]) -> Iterator[AnswerRecord]:
        source = iter(coming)
        batches = iter(lambda: list(islice(source, size)), [])
        return chain.from_iterable(mapper(batches))

    return mapped


class _Asker:
    """Puts batches to a system; made once in each worker."""

    def __init__(self, spec: SystemSpec, items: Sequence[object], fingerprint: str) -> None:
        self.system = spec.open(items)  # type: ignore[arg-type]
        self.fingerprint = fingerprint

    def __call__(self, batch: Batch) -> list[AnswerRecord]:
        """An answer for each task, joined where several stretches were asked about."""
        with ExitStack() as files:
            # Tasks about one sound follow each other: it is cut once.
            first = {(task.sound, task.as_often_as): task for task in reversed(batch)}
            heard_of = {what: _heard(task, files) for what, task in first.items()}
            sounds = [heard_of[task.sound, task.as_often_as] for task in batch]
            requests = [
                Request(task.item, task.question, file)
                for task, heard in zip(batch, sounds, strict=True)
                if not isinstance(heard, AudioError)
                for file in heard
            ]
            replies = iter(self.system.answer(requests) if requests else ())
            return [
                self._failure(task, cause_of(heard))
                if isinstance(heard, AudioError)
                else self._record(task, list(islice(replies, len(heard))))
                for task, heard in zip(batch, sounds, strict=True)
            ]

    def _record(self, task: Task, replies: Sequence[Reply]) -> AnswerRecord:
        """The published protocol's empty answer where no stretch is long enough to be asked about."""
        failed = next((reply.failed for reply in replies if reply.failed), "")
        if failed:
            return self._failure(task, failed)
        told = [reply.logprobs for reply in replies if reply.logprobs]
        heard = [reply.seconds_heard for reply in replies if reply.seconds_heard is not None]
        return AnswerRecord(
            task.key(self.fingerprint),
            task.item.id,
            task.condition,
            task.question,
            " ".join(reply.text for reply in replies),
            tuple(map(fmean, zip(*told, strict=True))) if len(told) == len(replies) else (),
            sum(heard) if heard else None,
            len(replies),
        )

    def _failure(self, task: Task, why: str) -> AnswerRecord:
        return _failed(self.fingerprint, task, why)


def _heard(task: Task, files: ExitStack) -> Sequence[Path | None] | AudioError:
    """The files that are listened to, each by itself, or why there are none."""
    sound, like = task.sound, task.as_often_as
    file = None if sound is None else sound.file
    try:
        if like is not None:
            stretches = spans(length(like.file), like, task.protocol) or ()
            return [file] * len(stretches)
        wanted = None if sound is None else spans(length(sound.file), sound, task.protocol)
        return (
            [file]
            if sound is None or wanted is None
            else files.enter_context(cut(sound.file, wanted))
        )
    except AudioError as error:
        return error


def _lost(fingerprint: str, batch: Batch, why: str) -> list[AnswerRecord]:
    """What became of a batch whose worker died."""
    return [_failed(fingerprint, task, why) for task in batch]


def _failed(fingerprint: str, task: Task, why: str) -> AnswerRecord:
    key = task.key(fingerprint)
    return AnswerRecord(key, task.item.id, task.condition, task.question, failed=why or "no answer")
