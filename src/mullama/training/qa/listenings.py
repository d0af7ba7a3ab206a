"""What data sets name becomes Listenings, encoded and cached once before training begins.

A frozen encoder takes each clip once for all epochs and all later runs (listen/cache.py); where a
phase trains the encoder itself, a window of the clip is encoded at every step instead. Does not know
questions.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from mullama.data.audio import UNPACKED, AudioResolver
from mullama.data.files import read_clips
from mullama.data.records import Pair
from mullama.data.tally import Tally
from mullama.errors import AudioError, UsageError
from mullama.listen.audio.reader import AudioReader
from mullama.listen.cache import SILENCE, SILENT_SECONDS, ListeningCache, default_folder, open_cache
from mullama.listen.encoders.encoder import Encoder
from mullama.listen.listening import encode_clips, first_window
from mullama.listen.precompute import precompute
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.parallel import World
from mullama.training.qa.data import PairSet
from mullama.training.run_options import RunOptions

MAX_REPORTED = 20
"""Files that are named where many are missing."""
DECODED = 64
"""Clips whose waveforms stay decoded while an encoder trains."""

Names = Sequence[str | None]
"""Of clips' files; None is silence."""
Listen = Callable[[Names], Float[Tensor, "clip states features"]]


class PreparedListenings(NamedTuple):
    """What data sets become."""

    sources: list[PairSet]
    """The pairs that can be trained on, naming files by whole paths."""
    cached: Listen
    """Listenings as they were cached."""
    online: Listen
    """Listenings from the encoder as it is now, through which gradients flow."""


class PrepareListenings(Protocol):
    """How a task comes by Listenings; see `prepare_listenings`."""

    def __call__(
        self,
        model: MuLlamaForConditionalGeneration,
        sources: Sequence[PairSet],
        options: RunOptions,
        world: World,
        report: Callable[[str], None],
        /,
        *,
        as_published: bool,
    ) -> PreparedListenings: ...


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
    failed: dict[str, str] = {}
    folder = options.store if options.store is not None else default_folder()
    cache = open_cache(folder, model.encoder, as_published=as_published)
    found = [_found(source, cache.root / UNPACKED, failed) for source in sources]
    files = sorted({Path(p.audio) for s in found for p in s.pairs if p.audio is not None})
    encoded = _encode(files, cache, options, world, report)
    if failed := failed | encoded.failed:
        _report_failures(failed, options, report)
    cache.silence()
    digests = {**encoded.digests, None: SILENCE}
    encoded_sources = [
        replace(s, pairs=tuple(p for p in s.pairs if p.audio in digests)) for s in found
    ]
    online = OnlineListenings(model.encoder, world.device)
    return PreparedListenings(encoded_sources, CachedListenings(cache, digests), online)


@dataclass(frozen=True)
class CachedListenings:
    """Listenings by the names of their clips."""

    cache: ListeningCache
    digests: dict[str | None, str]

    def __call__(self, names: Names) -> Float[Tensor, "clip states features"]:
        """See PreparedListenings.cached. Raises UsageError for one that is gone."""
        rows = [self.cache.get(self.digests[name]) for name in names]
        for name, row in zip(names, rows, strict=True):
            if row is None:
                raise UsageError(
                    f"the Listening of {name or 'silence'} is gone from {self.cache.folder}: run the "
                    "same command again"
                )
        return torch.from_numpy(np.stack([np.asarray(row, dtype=np.float32) for row in rows]))


class OnlineListenings:
    """Listenings from an encoder that trains."""

    def __init__(self, encoder: Encoder, device: torch.device) -> None:
        self.encoder, self.device = encoder, device
        self._waveform = lru_cache(DECODED)(self._decode)

    def __call__(self, names: Names) -> Float[Tensor, "clip states features"]:
        """See PreparedListenings.online. Of a clip longer than the encoder's window a random part is taken."""
        clips = []
        for name in names:
            waveform = self._waveform(name)
            size = first_window(self.encoder, len(waveform))
            start = int(torch.randint(len(waveform) - size + 1, ()))
            clips.append(waveform[start : start + size].to(self.device))
        return encode_clips(self.encoder, clips)

    def _decode(self, name: str | None) -> Float[Tensor, " samples"]:
        rate = self.encoder.sample_rate
        if name is None:
            return torch.zeros(round(SILENT_SECONDS * rate))
        with AudioReader(name, rate) as reader:
            return torch.from_numpy(reader.waveform())


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


def _found(source: PairSet, unpack_to: Path, failed: dict[str, str]) -> PairSet:
    """A source whose pairs name files by whole paths; pairs whose audio is not there are left out.

    The file is read anew, since it may hold the sound itself. `failed` is told which names those are,
    and why.
    """
    pairs: list[Pair] = []
    places = [] if source.audio is None else [source.audio]
    with AudioResolver(places, unpack_to=unpack_to) as audio:
        for clip in read_clips(source.path, Tally()):  # its unreadable rows were refused before
            if clip.audio is None and clip.sound is None:
                pairs += clip.to_pairs()
                continue
            try:
                path = audio.find(clip, source.path).absolute()
            except AudioError as error:
                failed[str(clip.audio)] = str(error)
            else:
                pairs += replace(clip, audio=str(path)).to_pairs()
    return replace(source, pairs=tuple(pairs))
