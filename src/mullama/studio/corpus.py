"""A split becomes music on disk: the spectra of every clip, with its truth, in shards.

Shards are written whole or not at all, by several processes if wanted; what is there is not made
again. Does not know what they are used for.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from itertools import count
from pathlib import Path

import torch

from mullama.errors import UsageError
from mullama.jobs.atomic import remove_leftovers, told_as
from mullama.jobs.digest import bytes_digest
from mullama.jobs.no_log import NoLog
from mullama.jobs.run import run
from mullama.jobs.workers import Work, here, processes
from mullama.studio.clips import seeds_for
from mullama.studio.recorded.labels import LABELS
from mullama.studio.silence import NOTHING, silence
from mullama.studio.sound.voices import CAST
from mullama.studio.sources import CLIPS_A_SHARD, fetch, open_source
from mullama.studio.spectra_set import (
    STORED,
    SpectraSet,
    read_shards,
    spectra_bytes,
    write_shard,
)
from mullama.studio.split import Split


def load_or_render(
    split: Split, folder: Path, *, workers: int = 1, report: Callable[[str], None] = print
) -> SpectraSet:
    """The music of a split, rendered by so many processes where it is not in `folder` yet."""
    prepare(split, folder, workers=workers, report=report)
    return load(split, folder)


def prepare(
    split: Split, folder: Path, *, workers: int = 1, report: Callable[[str], None] = print
) -> None:
    """Make the shards of a split that are not there yet, in so many processes.

    Raises UsageError for a disk that refuses, or for what is not installed.
    """
    home = split_folder(split, folder)
    with told_as(home, UsageError):
        home.mkdir(parents=True, exist_ok=True)
    remove_leftovers(home)
    fetch(split, folder, workers=workers, report=report)
    source = open_source(split, folder)
    shards = range(-(-source.clips // CLIPS_A_SHARD))
    work = Work[int, str].of(partial(make_shard, split, folder))
    there = count(1 + sum((home / shard_name(shard)).exists() for shard in shards))
    run(
        shards,
        here(work) if workers <= 1 else processes(work, workers),
        NoLog[str](key=str, is_done=lambda name: (home / str(name)).exists()),
        key=shard_name,
        progress=False,
        on_record=lambda _: report(f"music {split.name}: {next(there)} of {len(shards)} shards"),
    )


def load(split: Split, folder: Path) -> SpectraSet:
    """Read what `prepare` made."""
    return read_shards(sorted(split_folder(split, folder).glob("shard-*.npz")))


def make_shard(split: Split, folder: Path, shard: int) -> str:
    """Make one shard's clips and write their spectra; the file's name."""
    source = open_source(split, folder)
    clips, truths, continues = [], [], []
    with _one_thread():
        for heard in source.some(shard * CLIPS_A_SHARD, (shard + 1) * CLIPS_A_SHARD):
            clips.append(spectra_bytes(heard.waveform))
            truths.append(heard.truth)
            continues.append(heard.continues)
        shards = -(-source.clips // CLIPS_A_SHARD)
        for number in range(shard, split.silences, shards):
            clips.append(spectra_bytes(silence(seeds_for(split.purpose, split.clips)[number])))
            truths.append(NOTHING)
            continues.append(False)
    write_shard(split_folder(split, folder) / shard_name(shard), clips, truths, continues)
    return shard_name(shard)


def shard_name(shard: int) -> str:
    """File name of a shard."""
    return f"shard-{shard:05d}.npz"


def split_folder(split: Split, folder: Path) -> Path:
    """Where a split lies; another definition of it, or of what is stored, lies elsewhere."""
    parts = {"recordings": {"labels": LABELS}, "songs": {"cast": CAST}}
    stored = {"stored": STORED} | parts.get(split.source, {})
    known = json.dumps(asdict(split) | stored, sort_keys=True)
    return folder / f"{split.name}-{bytes_digest(known.encode())[:8]}"


@contextmanager
def _one_thread() -> Iterator[None]:
    """Shards side by side need one each, and sums of one thread are the same on every machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
