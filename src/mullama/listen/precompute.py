"""Many sound files become Listenings in a cache, side by side, whatever some of them hold.

On a GPU threads decode and take turns at the encoder; on a CPU processes of one thread each do both,
which wastes less than many threads on one product. A file that cannot be encoded is named and passed
over; after a kill the rest is done, because what is cached is not encoded again (cache.py). How items
are given out and what a dead worker costs stands in jobs.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, assert_never

from safetensors.torch import load_file, save_file
from transformers import PreTrainedConfig

from mullama.errors import AudioError, UsageError
from mullama.jobs.keys import Key
from mullama.jobs.no_log import NoLog
from mullama.jobs.run import run
from mullama.jobs.workers import Mapper, Work, here, processes, ray, threads
from mullama.jobs.workers.choose import Engine
from mullama.jobs.workers.work import none_or_some
from mullama.listen.cache import ListeningCache, open_cache
from mullama.listen.encoders.encoder import EncoderModel
from mullama.printable import printable

GPU_THREADS = 8
"""Threads that feed one GPU unless another number is asked for."""
FAULTS = (AudioError, OSError, ValueError, RuntimeError)
"""What one file may cause, in decoders and encoders alike, without being the next one's concern."""


@dataclass
class PrecomputeReport:
    """What became of many files."""

    digests: dict[Path, str] = field(default_factory=dict)
    """What each is cached under."""
    new: int = 0
    """How many of them had to be encoded."""
    failed: dict[Path, str] = field(default_factory=dict)
    """Why the others could not be, one line each."""


class FileOutcome(NamedTuple):
    """What became of one file."""

    path: Path
    digest: str
    """Empty where it could not be encoded."""
    new: bool
    cause: str


def precompute(
    paths: Iterable[Path],
    cache: ListeningCache,
    *,
    workers: int | None = None,
    engine: Engine | None = None,
    on_error: Callable[[Path, str], None] = lambda path, cause: None,
    progress: bool | Callable[[int], None] = False,
) -> PrecomputeReport:
    """See to it that every file's Listening is cached.

    `engine` is by default threads beside a GPU, processes where more than one of the `workers` is asked
    for, else this thread. `on_error` is told which file failed and why, in one line; `progress`
    is True for a bar on a terminal, or is told how many files are done. Raises UsageError where the
    cache cannot be written, DeviceMemoryError where the encoder does not fit, JobError where workers
    die one after another; a single one's death costs one file.
    """
    files = list(dict.fromkeys(paths))
    report = PrecomputeReport()

    def is_cached(key: Key) -> bool:
        path = Path(str(key))
        if (digest := cache.known(path)) is not None:
            report.digests[path] = digest
        return digest is not None

    def note(outcome: FileOutcome) -> None:
        if outcome.cause:
            report.failed[outcome.path] = outcome.cause
            on_error(outcome.path, outcome.cause)
        else:
            report.digests[outcome.path] = outcome.digest
            report.new += outcome.new

    run(
        files,
        _mapper(cache, engine, workers),
        NoLog[FileOutcome](lambda one: str(one.path), lambda one: one.cause, is_cached),
        key=str,
        total=len(files),
        unit="file",
        progress=progress,
        on_record=note,
    )
    return report


def _mapper(
    cache: ListeningCache, engine: Engine | None, workers: int | None
) -> Mapper[Path, FileOutcome]:
    if workers is not None and workers < 1:
        raise UsageError(f"encoding needs at least one worker, not {workers}")
    on_cpu = cache.encoder.device.type == "cpu"
    cores = os.cpu_count() or 1
    if engine is None:
        engine = "threads" if not on_cpu else "processes" if (workers or 1) > 1 else "here"
    work = Work.of(partial(_encode_file, cache), catch=FAULTS, failed=_failed)
    match engine:
        case "here":
            return here(work)
        case "threads":
            return threads(work, workers or min(GPU_THREADS, cores))
        case "processes" | "ray":
            return partial(_elsewhere, cache, engine == "ray", workers or cores)
    assert_never(engine)


def _encode_file(cache: ListeningCache, path: Path) -> FileOutcome:
    new = cache.get(cache.digest(path)) is None
    return FileOutcome(path, cache.listen(path), new, "")


def _failed(path: Path, cause: str) -> FileOutcome:
    name = printable(path)
    return FileOutcome(path, "", False, cause if cause.startswith(name) else f"{name}: {cause}")


# ------------------------------------------------------------------ in a process of its own


class RemoteCache(NamedTuple):
    """What a process needs to open the same cache."""

    weights: Path
    encoder: type[EncoderModel]
    config: PreTrainedConfig
    device: str
    root: Path
    key: str
    as_published: bool
    max_seconds: float | None


def _elsewhere(
    cache: ListeningCache, on_ray: bool, count: int, paths: Iterable[Path]
) -> Iterator[FileOutcome]:
    coming = none_or_some(paths)
    if coming is None:  # nothing has to be stored for anyone
        return
    with _stored(cache, on_ray) as remote:
        work = Work(partial(_open_remote, remote), FAULTS, _failed)
        gpus = 0.0 if remote.device == "cpu" else 1.0
        mapper = ray(work, count, gpus=gpus) if on_ray else processes(work, count)
        yield from mapper(coming)


@contextmanager
def _stored(cache: ListeningCache, on_ray: bool) -> Iterator[RemoteCache]:
    """The weights in a file that all workers map; machines of a cluster share the cache's folder."""
    encoder = cache.encoder
    shared = cache.folder if on_ray else None
    with tempfile.TemporaryDirectory(prefix="encoder-", dir=shared) as folder:
        weights = Path(folder).absolute() / "encoder.safetensors"
        save_file({k: t.contiguous() for k, t in encoder.state_dict().items()}, weights)
        # Ray shows each worker its own GPU alone.
        device = encoder.device.type if on_ray else str(encoder.device)
        yield RemoteCache(
            weights,
            type(encoder),
            encoder.config,
            device,
            cache.root.absolute(),
            cache.key,
            cache.as_published,
            cache.max_seconds,
        )


def _open_remote(remote: RemoteCache) -> Callable[[Path], FileOutcome]:
    encoder: EncoderModel = remote.encoder(remote.config)
    encoder.load_state_dict(load_file(remote.weights), assign=True)
    encoder.eval().requires_grad_(False).to(remote.device)
    cache = open_cache(
        remote.root,
        encoder,
        as_published=remote.as_published,
        max_seconds=remote.max_seconds,
        key=remote.key,
    )
    return partial(_encode_file, cache)
