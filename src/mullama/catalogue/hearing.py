"""Sounds that have to be heard -> what was heard, block by block, wherever the workers are.

A worker opens the model once. Does not know what was heard before.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
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
from mullama.engine import open_engine
from mullama.errors import AudioError
from mullama.jobs.digest import file_digest
from mullama.jobs.workers import Mapper, Work
from mullama.jobs.workers.choose import Engine as Where
from mullama.jobs.workers.choose import choose
from mullama.load_options import LoadOptions

AT_ONCE = 64
"""Answers that another engine is asked for at a time, by each worker; it makes its own batches of them."""

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
        return chain.from_iterable(mapper(_batches(sounds)))

    return mapped


def default_engine(device: str | None, workers: int | None) -> Where:
    """Threads beside a GPU, so that one is heard while another is answered; processes for many."""
    import torch

    on_gpu = torch.cuda.is_available() if device is None else not device.startswith("cpu")
    if (workers or 1) > 1:
        return "threads" if on_gpu else "processes"
    return "here"


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
