"""A split of a recipe becomes heard music on disk: spectra of every mix, with its truth.

Spectra take a tenth of the sound's room and all that an encoder needs, so no sound is kept. Shards
are written whole or not at all, by several processes if wanted; what is there is not made again.
Does not know what will be learnt.
"""

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mullama.listen.encoders.spectra import Spectra, spectra
from mullama.studio.clips import Studio, seeds_for
from mullama.studio.sound.render import RATE
from mullama.studio.truth import Truth
from mullama.training.recipe import Split
from mullama.training.small.silence import NOTHING, silence

SEEDS_A_SHARD = 200
BANDS_STEP, ONSETS_STEP = 20.0 / 255, 4.0 / 255
"""What one unit of a stored byte stands for."""


@dataclass(frozen=True)
class SpectraSet:
    """All clips of a split, in memory."""

    bands: Tensor
    """(clip, bands, frames), bytes."""
    onsets: Tensor
    """(clip, groups, frames), bytes."""
    truths: tuple[Truth, ...]
    """What is so about each clip."""

    def __len__(self) -> int:
        return len(self.truths)

    def spectra(self, clips: Tensor | slice) -> Spectra:
        """Their spectra, as the encoder takes them."""
        return Spectra(
            self.bands[clips].float() * BANDS_STEP, self.onsets[clips].float() * ONSETS_STEP
        )


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
    here = split_folder(split, folder)
    bands, onsets, truths = [], [], []
    for path in sorted(here.glob("shard-*.npz")):
        with np.load(path) as shard:
            bands.append(torch.from_numpy(shard["bands"]))
            onsets.append(torch.from_numpy(shard["onsets"]))
            truths += [Truth.from_dict(json.loads(str(line))) for line in shard["truths"]]
    return SpectraSet(torch.cat(bands), torch.cat(onsets), tuple(truths))


def make_shard(split: Split, shard: int, folder: Path) -> None:
    """Compose, render, mix and hear one shard's clips."""
    torch.set_num_threads(1)
    seeds = seeds_for(split.purpose, split.clips)
    heard, truths = [], []
    with Studio() as studio:
        for seed in seeds[shard * SEEDS_A_SHARD : (shard + 1) * SEEDS_A_SHARD]:
            for take in range(split.takes):
                clip = studio.clip(seed, split.bank, take=take - 1 if take else None)
                heard.append(spectra_bytes(clip.waveform))
                truths.append(json.dumps(clip.truth.as_dict()))
    shards = -(-split.clips // SEEDS_A_SHARD)
    for number in range(shard, split.silences, shards):
        heard.append(spectra_bytes(silence(seeds[number])))
        truths.append(json.dumps(NOTHING.as_dict()))
    write_shard(folder / shard_name(shard), heard, truths)


def shard_name(shard: int) -> str:
    """File name of a shard."""
    return f"shard-{shard:05d}.npz"


def split_folder(split: Split, folder: Path) -> Path:
    """Where a split lies; another definition of it lies elsewhere."""
    known = json.dumps(asdict(split), sort_keys=True)
    return folder / f"{split.name}-{sha256(known.encode()).hexdigest()[:8]}"


def spectra_bytes(waveform: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A waveform (samples,) -> its bands and onsets, as they are stored."""
    bands, onsets = (x[0].numpy() for x in spectra(torch.from_numpy(waveform)[None], RATE))
    return (
        np.rint(bands / BANDS_STEP).clip(0, 255).astype(np.uint8),
        np.rint(onsets / ONSETS_STEP).clip(0, 255).astype(np.uint8),
    )


def write_shard(
    path: Path,
    heard: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8]]],
    truths: Sequence[str],
) -> None:
    """Write spectra as bytes, and truths as JSON, to one file, whole or not at all."""
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        np.savez(
            file,
            bands=np.stack([bands for bands, _ in heard]),
            onsets=np.stack([onsets for _, onsets in heard]),
            truths=np.array(truths),
        )
    part.replace(path)
