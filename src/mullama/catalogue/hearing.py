"""Sounds that have to be heard -> what was heard, block by block, wherever the workers are.

A worker opens the model once. Does not know what was heard before.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby
from pathlib import Path

from mullama.answer_options import AnswerOptions
from mullama.catalogue.describe import describe
from mullama.catalogue.failures import cause_without_place
from mullama.catalogue.read_paths import opened
from mullama.catalogue.sound_answers import SoundAnswers
from mullama.catalogue.sounds import Place, Sound
from mullama.checkpoints.store import resolve
from mullama.engine import open_engine
from mullama.errors import AudioError
from mullama.jobs.digest import file_digest
from mullama.jobs.workers import Mapper, Work
from mullama.jobs.workers.choose import Engine as Where
from mullama.jobs.workers.choose import choose
from mullama.load_options import LoadOptions

AT_ONCE = 64
"""Answers that another engine is asked for at a time, by each worker; it makes its own batches of them."""

SMALL_BYTES = 2**26
"""Of weights, up to which a second core does more with another block than within one."""
CHANGED = "it was changed while it was listened to"


@dataclass(frozen=True)
class Batch:
    """A block on its way to a worker."""

    wanted: frozenset[str]
    """Digests of those that have to be heard."""
    sounds: tuple[tuple[str, Place], ...]
    """(digest, place) of the whole block."""


@dataclass(frozen=True)
class Asked:
    """Who is asked what."""

    model: LoadOptions
    questions: Mapping[str, str]
    as_published: bool
    answers: AnswerOptions = field(default_factory=AnswerOptions)


def hearing(
    asked: Asked, where: Where, workers: int, *, gpus: float = 0.0
) -> Mapper[Sound, SoundAnswers]:
    """A mapper of sounds that stand in blocks; `gpus` is a Ray actor's share."""
    mapper = choose(
        where, Work(partial(_Listener, asked), (AudioError, OSError), _lost), workers, gpus=gpus
    )

    def mapped(sounds: Iterable[Sound]) -> Iterator[SoundAnswers]:
        with _shared_cores(workers if where == "threads" else 1):
            yield from chain.from_iterable(mapper(_batches(sounds)))

    return mapped


def default_engine(workers: int) -> Where:
    """Threads: they share one model, which is loaded once."""
    return "threads" if workers > 1 else "here"


def default_workers(model: LoadOptions, answers: AnswerOptions) -> int:
    """One for each core where a small model answers here, which two cores would hardly hurry; else 1."""
    import torch

    on_gpu = torch.cuda.is_available() if model.device is None else model.device != "cpu"
    if on_gpu or answers.answer_at is not None:
        return 1
    weights = sum(path.stat().st_size for path in resolve(model.model).glob("*.safetensors"))
    return torch.get_num_threads() if weights <= SMALL_BYTES else 1


@contextmanager
def _shared_cores(workers: int) -> Iterator[None]:
    """Each of several threads that compute has its share: two that wait for each other's cores lose time."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(max(1, before // workers))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _batches(sounds: Iterable[Sound]) -> Iterator[Batch]:
    for _, group in groupby(sounds, key=lambda sound: sound.block.number):
        wanted = list(group)
        block = wanted[0].block.sounds
        yield Batch(
            frozenset(sound.digest for sound in wanted),
            tuple((sound.digest, sound.place) for sound in block),
        )


def _lost(batch: Batch, why: str) -> list[SoundAnswers]:
    return [
        SoundAnswers(digest, failed=why) for digest, _ in batch.sounds if digest in batch.wanted
    ]


class _Listener:
    """Describes batches; made once in each worker."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        # Each block is heard once: nothing is worth remembering.
        self.engine = open_engine(
            asked.model,
            asked.answers,
            batch_size=AT_ONCE,
            as_published=asked.as_published,
            cache_bytes=0,
            joint=False,  # rows do not depend on what else is heard at the time
        )

    def __call__(self, batch: Batch) -> list[SoundAnswers]:
        """What was heard in those that are wanted."""
        failed: list[SoundAnswers] = []
        found: list[tuple[Path, str]] = []
        with ExitStack() as files:
            for digest, place in batch.sounds:
                try:
                    found.append((files.enter_context(opened(place)), digest))
                except (AudioError, OSError) as error:
                    failed.append(
                        SoundAnswers(digest, failed=cause_without_place(error, place.file))
                    )
            told = describe(self.engine, found, self.asked.questions)
            heard = [
                *failed,
                *(_checked(one, path) for one, (path, _) in zip(told, found, strict=True)),
            ]
        return [one for one in heard if one.digest in batch.wanted]


def _checked(heard: SoundAnswers, path: Path) -> SoundAnswers:
    """Nothing of a file that is no longer what its digest tells: what was heard may be another's."""
    try:
        same = file_digest(path, error_type=AudioError) == heard.digest
    except AudioError as error:
        return SoundAnswers(heard.digest, failed=cause_without_place(error, path))
    return heard if same else SoundAnswers(heard.digest, failed=CHANGED)
