"""A split becomes music on disk: the spectra of every clip, with its truth, in shards.

Shards are written whole or not at all, by several processes if wanted; what is there is not made
again. Does not know what they are used for.
"""

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

import torch

from mullama.jobs.digest import bytes_digest
from mullama.studio.clips import Studio, seeds_for
from mullama.studio.silence import NOTHING, silence
from mullama.studio.spectra_set import SpectraSet, read_shards, spectra_bytes, write_shard
from mullama.studio.split import Split

SEEDS_A_SHARD = 200


def load_or_render(
    split: Split, folder: Path, *, workers: int = 1, report: Callable[[str], None] = print
) -> SpectraSet:
    """The music of a split, rendered by so many processes where it is not in `folder` yet."""
    prepare(split, folder, workers=workers, report=report)
    return load(split, folder)


def prepare(
    split: Split, folder: Path, *, workers: int = 1, report: Callable[[str], None] = print
) -> None:
    """Make the shards of a split that are not there yet."""
    here = split_folder(split, folder)
    here.mkdir(parents=True, exist_ok=True)
    wanted = range(-(-split.clips // SEEDS_A_SHARD))
    missing = [shard for shard in wanted if not (here / shard_name(shard)).exists()]
    if not missing:
        return
    if workers <= 1:
        for done, shard in enumerate(missing, start=1):
            make_shard(split, shard, here)
            report(f"music {split.name}: {done} of {len(missing)} shards")
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(make_shard, split, shard, here) for shard in missing]
        for done, job in enumerate(as_completed(jobs), start=1):
            job.result()
            report(f"music {split.name}: {done} of {len(missing)} shards")


def load(split: Split, folder: Path) -> SpectraSet:
    """Read what `prepare` made."""
    return read_shards(sorted(split_folder(split, folder).glob("shard-*.npz")))


def make_shard(split: Split, shard: int, folder: Path) -> None:
    """Compose, render and mix one shard's clips, and write their spectra."""
    torch.set_num_threads(1)
    seeds = seeds_for(split.purpose, split.clips)
    clips, truths = [], []
    with Studio() as studio:
        for seed in seeds[shard * SEEDS_A_SHARD : (shard + 1) * SEEDS_A_SHARD]:
            for take in range(split.takes):
                clip = studio.clip(seed, split.bank, take=take - 1 if take else None)
                clips.append(spectra_bytes(clip.waveform))
                truths.append(clip.truth)
    shards = -(-split.clips // SEEDS_A_SHARD)
    for number in range(shard, split.silences, shards):
        clips.append(spectra_bytes(silence(seeds[number])))
        truths.append(NOTHING)
    write_shard(folder / shard_name(shard), clips, truths)


def shard_name(shard: int) -> str:
    """File name of a shard."""
    return f"shard-{shard:05d}.npz"


def split_folder(split: Split, folder: Path) -> Path:
    """Where a split lies; another definition of it lies elsewhere."""
    known = json.dumps(asdict(split), sort_keys=True)
    return folder / f"{split.name}-{bytes_digest(known.encode())[:8]}"
