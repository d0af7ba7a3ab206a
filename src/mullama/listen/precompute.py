"""Many sound files become Listenings that are kept, side by side, whatever some of them hold.

On a GPU threads decode and take turns at the encoder; on a CPU processes of one thread each do both,
which wastes less than many threads on one product. A file that cannot be heard is named and passed
over; a run that was killed goes on where it was, because what is kept is not heard again (kept.py).
"""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file

from mullama.errors import AudioError, MuLlamaError, UsageError
from mullama.listen.cache import ListeningCache, open_cache

GPU_THREADS = 8
"""Threads that feed one GPU unless another number is asked for."""
WAITING = 4
"""Files a worker that are given out ahead, so that none is ever idle."""
FAULTS = (AudioError, OSError, ValueError, RuntimeError)
"""What one file may cause, in decoders and encoders alike, without being the next one's concern."""


@dataclass
class PrecomputeReport:
    """What became of many files."""

    digests: dict[Path, str] = field(default_factory=dict)
    """What each is kept under."""
    new: int = 0
    """How many of them had to be heard."""
    failed: dict[Path, str] = field(default_factory=dict)
    """Why the others could not be heard, one line each."""


class FileOutcome(NamedTuple):
    """What became of one file."""

    path: Path
    digest: str
    """Empty where it could not be heard."""
    new: bool
    cause: str


def precompute(
    paths: Iterable[Path],
    store: ListeningCache,
    *,
    workers: int | None = None,
    on_error: Callable[[Path, str], None] = lambda path, cause: None,
    progress: Callable[[int], None] = lambda done: None,
) -> PrecomputeReport:
    """See to it that every file's Listening is in the store.

    `workers` are processes on a CPU (by default this one alone), threads beside a GPU. `on_error`
    hears a file that failed and why, in one line; `progress` hears how many files are done.
    Raises UsageError where the store cannot be written, MuLlamaError where a worker died.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"hearing needs at least one worker, not {workers}")
    heard = PrecomputeReport()
    for outcome in _outcomes(dict.fromkeys(paths), store, workers):
        if outcome.cause:
            heard.failed[outcome.path] = outcome.cause
            on_error(outcome.path, outcome.cause)
        else:
            heard.digests[outcome.path] = outcome.digest
            heard.new += outcome.new
        progress(len(heard.digests) + len(heard.failed))
    return heard


def _outcomes(
    paths: Iterable[Path], store: ListeningCache, workers: int | None
) -> Iterator[FileOutcome]:
    """What became of each file; those that are known first, because nobody has to begin for them."""
    unknown = []
    for path in paths:
        if (digest := store.known(path)) is not None:
            yield FileOutcome(path, digest, False, "")
        else:
            unknown.append(path)
    if unknown:
        yield from _listen(unknown, store, workers)


def _listen(paths: list[Path], store: ListeningCache, workers: int | None) -> Iterator[FileOutcome]:
    if store.encoder.device.type != "cpu":
        count = workers or min(GPU_THREADS, os.cpu_count() or 1)
        with ThreadPoolExecutor(count) as pool:
            yield from _spread(pool, paths, count, lambda path: _one(store, path))
    elif workers is None or workers == 1:
        yield from (_one(store, path) for path in paths)
    else:
        with _processes(store, workers) as pool:
            yield from _spread(pool, paths, workers, _one_there)


def _spread(
    pool: Executor, paths: Iterable[Path], workers: int, job: Callable[[Path], FileOutcome]
) -> Iterator[FileOutcome]:
    """Outcomes as they come, with a few files given out ahead and never all of them."""
    coming = iter(paths)
    running: set[Future[FileOutcome]] = set()
    try:
        while True:
            room = workers * WAITING - len(running)
            running |= {pool.submit(job, path) for path in islice(coming, room)}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool as error:
        raise MuLlamaError(
            "a process that heard music was ended from outside, perhaps for lack of memory: run "
            "again with fewer workers; what was heard is kept"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _one(store: ListeningCache, path: Path) -> FileOutcome:
    try:
        digest = store.digest(path)
        new = store.get(digest) is None
        return FileOutcome(path, store.listen(path) if new else digest, new, "")
    except FAULTS as error:
        cause = " ".join(str(error).split()) or type(error).__name__
        named = cause if isinstance(error, AudioError) else f"{path}: {cause}"
        return FileOutcome(path, "", False, named)


# ------------------------------------------------------------------ in a process of its own

_there: list[ListeningCache] = []
"""The store of a process that hears; empty in every other."""


@contextmanager
def _processes(store: ListeningCache, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that share one copy of the weights, mapped from a file."""
    with tempfile.TemporaryDirectory(prefix="mullama-") as folder:
        weights = Path(folder) / "encoder.safetensors"
        save_file({k: t.contiguous() for k, t in store.encoder.state_dict().items()}, weights)
        kind, config = type(store.encoder), store.encoder.config
        given = (weights, kind, config, store.root, store.as_published, store.key)
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_begin, initargs=given
        ) as pool:
            yield pool


def _begin(weights: Path, kind: Any, config: Any, root: Path, as_published: bool, key: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was asked decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    encoder = kind(config)
    encoder.load_state_dict(load_file(weights), assign=True)
    encoder.eval().requires_grad_(False)
    _there[:] = [open_cache(root, encoder, as_published=as_published, key=key)]


def _one_there(path: Path) -> FileOutcome:
    return _one(_there[0], path)


def _end_with_parent() -> None:
    """Whoever asked was killed: nobody will fetch what is heard here."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
