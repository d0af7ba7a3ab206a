"""What data sets name becomes Listenings, encoded and cached once before training begins.

A frozen encoder takes each clip once for all epochs and all later runs (listen/cache.py). What a step
takes of it stands in listenings.py. Does not know questions.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from mullama.data.records import Pair
from mullama.errors import UsageError
from mullama.listen.cache import SILENCE, ListeningCache, default_folder, open_cache
from mullama.listen.precompute import precompute
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.parallel import World
from mullama.training.qa.find_pairs import PairSet
from mullama.training.qa.listenings import CachedListenings, Listen, Names, OnlineListenings
from mullama.training.run_options import RunOptions

MAX_REPORTED = 20
"""Files that are named where many are missing."""


class PreparedListenings(NamedTuple):
    """What data sets become."""

    sources: list[PairSet]
    """The pairs that can be trained on, naming files by whole paths."""
    cached: Listen
    """Listenings as they were cached."""
    online: Listen
    """Listenings from the encoder as it is now, through which gradients flow."""


def prepare_listenings(
    model: MuLlamaForConditionalGeneration,
    sources: Sequence[PairSet],
    options: RunOptions,
    world: World,
    report: Callable[[str], None],
    *,
    as_published: bool,
) -> PreparedListenings:
    """Encode what is not cached yet. Raises UsageError naming what is missing, unless it is to be skipped."""
    cache = open_cache(store_folder(options), model.encoder, as_published=as_published)
    names = {p.audio for source in sources for p in _found(source) if p.audio is not None}
    encoded = _encode(sorted(map(Path, names)), cache, options, world, report)
    missing = {name: why for source in sources for name, why in source.missing.items()}
    if failed := missing | encoded.failed:
        _report_failures(failed, options, report)
    cache.silence()
    digests = {**encoded.digests, None: SILENCE}
    encoded_sources = [
        replace(source, pairs=tuple(p for p in _found(source) if p.audio in digests))
        for source in sources
    ]
    online = OnlineListenings(model.encoder, world.device)
    return PreparedListenings(encoded_sources, CachedListenings(cache, digests), online)


def placeholder_listenings(
    model: MuLlamaForConditionalGeneration, sources: Sequence[PairSet]
) -> PreparedListenings:
    """Ones in place of every Listening, so that a step can be timed without reading audio."""
    shape = (model.config.states, model.config.audio_config.hidden_size)

    def listen(names: Names) -> Float[Tensor, "clip states features"]:
        return torch.ones(len(names), *shape)

    return PreparedListenings(list(sources), listen, listen)


def store_folder(options: RunOptions) -> Path:
    """Where Listenings are cached, and what lay inside other files is unpacked."""
    return options.store if options.store is not None else default_folder()


class EncodedFiles(NamedTuple):
    """What became of audio files."""

    digests: dict[str | None, str]
    """Path -> what its Listening is cached under."""
    failed: dict[str, str]
    """Path -> why it could not be encoded, the same in every process."""


def _encode(
    files: list[Path],
    cache: ListeningCache,
    options: RunOptions,
    world: World,
    report: Callable[[str], None],
) -> EncodedFiles:
    """Encode what is not cached, each process its share."""
    if world.size > 1:
        precompute(files[world.rank :: world.size], cache, workers=options.workers)
        world.barrier()
        # What the others added to the index of files need not be read again.
        cache = open_cache(
            cache.root, cache.encoder, as_published=cache.as_published, key=cache.key
        )
    quiet = not world.is_main or not sys.stderr.isatty()
    with tqdm(total=len(files), desc="encoding", unit="file", disable=quiet) as bar:

        def advance(done: int) -> None:
            bar.update(done - bar.n)

        done = precompute(files, cache, workers=options.workers, progress=advance)
    failed = {str(path): cause for path, cause in done.failed.items()}
    for theirs in world.gather(failed):
        failed |= theirs
    report(
        f"encoded {done.new} clips, {len(done.digests) - done.new} were cached, {len(failed)} failed"
    )
    digests = {str(path): digest for path, digest in done.digests.items()}
    return EncodedFiles({p: d for p, d in digests.items() if p not in failed}, failed)


def _report_failures(
    failed: dict[str, str], options: RunOptions, report: Callable[[str], None]
) -> None:
    """Name what cannot be encoded, and go on only if that was asked for."""
    for reason in list(failed.values())[:MAX_REPORTED]:
        report(reason)
    if len(failed) > MAX_REPORTED:
        report(f"... and {len(failed) - MAX_REPORTED} more")
    if not options.skip_missing:
        raise UsageError(
            f"{len(failed)} audio files are missing or cannot be read, as named above: bring them, or "
            "leave out what is asked about them by --skip-missing"
        )
    report(f"left out: all that is asked about {len(failed)} files")


def _found(source: PairSet) -> list[Pair]:
    """The pairs whose audio is there, or that have none."""
    return [pair for pair in source.pairs if pair.audio not in source.missing]
