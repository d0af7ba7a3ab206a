"""What data sets name becomes what was heard: Listenings, computed once before training begins.

A frozen encoder hears each clip once for all epochs and all later runs (listen/cache.py); where a
phase trains the encoder itself, a window of the clip is heard at every step instead. Does not know
questions.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from mullama.data.audio import places
from mullama.errors import UsageError
from mullama.listen.audio.reader import AudioReader
from mullama.listen.cache import SILENCE, SILENT_SECONDS, default_folder, open_cache
from mullama.listen.listening import encode_clips, first_window
from mullama.listen.precompute import precompute
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.parallel import World
from mullama.training.qa.data import PairSet
from mullama.training.run_options import RunOptions

MAX_REPORTED = 20
"""Files that are named where many are missing."""
DECODED = 64
"""Clips whose sound stays decoded while an encoder trains."""


class ListeningSource(Protocol):
    """How a course comes by what is heard."""

    def prepare(self, sources: Sequence[PairSet]) -> list[PairSet]:
        """Hear what is new; the sources with what can be heard, pairs naming files by whole paths."""
        ...

    def cached(self, names: Sequence[str | None]) -> Tensor:
        """Listenings (clip, states, features), as they were kept; None is silence."""
        ...

    def online(self, names: Sequence[str | None]) -> Tensor:
        """Listenings from the encoder as it is now, through which gradients flow."""
        ...


class CachedListenings:
    """See Hearing."""

    def __init__(
        self,
        model: MuLlamaForConditionalGeneration,
        options: RunOptions,
        world: World,
        report: Callable[[str], None],
        *,
        as_published: bool = False,
    ) -> None:
        self.encoder, self.options, self.world, self.report = model.encoder, options, world, report
        folder = options.store if options.store is not None else default_folder()
        self.store = open_cache(folder, model.encoder, as_published=as_published)
        self._digests: dict[str | None, str] = {}
        self._decoded = lru_cache(DECODED)(self._decode)

    def prepare(self, sources: Sequence[PairSet]) -> list[PairSet]:
        """See Hearing. Raises UsageError naming what is missing, unless it is to be skipped."""
        failed: dict[str, str] = {}
        found = [_found(source, failed) for source in sources]
        files = sorted({Path(p.audio) for s in found for p in s.pairs if p.audio is not None})
        failed |= self._hear(files)
        self.store.silence()
        self._digests[None] = SILENCE
        if failed:
            self._refuse(failed)
        return [
            replace(s, pairs=tuple(p for p in s.pairs if p.audio in self._digests)) for s in found
        ]

    def cached(self, names: Sequence[str | None]) -> Tensor:
        """See Hearing."""
        rows = [self.store.get(self._digests[name]) for name in names]
        for name, row in zip(names, rows, strict=True):
            if row is None:
                raise UsageError(
                    f"what was heard of {name or 'silence'} is gone from {self.store.folder}: run the "
                    "same command again"
                )
        return torch.from_numpy(np.stack([np.asarray(row, dtype=np.float32) for row in rows]))

    def online(self, names: Sequence[str | None]) -> Tensor:
        """See Hearing. A clip longer than the encoder's window is heard from a random place on."""
        encoder = self.encoder
        clips = []
        for name in names:
            sound = self._decoded(name)
            size = first_window(encoder, len(sound))
            start = int(torch.randint(len(sound) - size + 1, ()))
            clips.append(sound[start : start + size].to(self.world.device))
        return encode_clips(encoder, clips)

    def _decode(self, name: str | None) -> Tensor:
        rate = self.encoder.sample_rate
        if name is None:
            return torch.zeros(round(SILENT_SECONDS * rate))
        with AudioReader(name, rate) as reader:
            return torch.from_numpy(reader.waveform())

    def _hear(self, files: list[Path]) -> dict[str, str]:
        """Hear what is new, each process its share; why some could not be, by file, in all alike."""
        if self.world.size > 1:
            share = files[self.world.rank :: self.world.size]
            precompute(share, self.store, workers=self.options.workers)
            self.world.barrier()
            # What the others added to the index of files need not be read again.
            self.store = open_cache(
                self.store.root,
                self.encoder,
                as_published=self.store.as_published,
                key=self.store.key,
            )
        quiet = not self.world.is_main or not sys.stderr.isatty()
        with tqdm(total=len(files), desc="hearing", unit="file", disable=quiet) as bar:

            def advance(done: int) -> None:
                bar.update(done - bar.n)

            heard = precompute(files, self.store, workers=self.options.workers, progress=advance)
        failed = {str(path): cause for path, cause in heard.failed.items()}
        for theirs in self.world.gather(failed):
            failed |= theirs
        self.report(
            f"heard {heard.new} clips, {len(heard.digests) - heard.new} were known, "
            f"{len(failed)} failed"
        )
        known = {str(path): digest for path, digest in heard.digests.items()}
        self._digests.update({name: known[name] for name in known.keys() - failed.keys()})
        return failed

    def _refuse(self, failed: dict[str, str]) -> None:
        """Name what cannot be heard, and go on only if that was asked for."""
        for reason in list(failed.values())[:MAX_REPORTED]:
            self.report(reason)
        if len(failed) > MAX_REPORTED:
            self.report(f"... and {len(failed) - MAX_REPORTED} more")
        if not self.options.skip_missing:
            raise UsageError(
                f"{len(failed)} audio files are missing or cannot be heard, as named above: bring "
                "them, or leave out what is asked about them by --skip-missing"
            )
        self.report(f"left out: all that is asked about {len(failed)} files")


def _found(source: PairSet, failed: dict[str, str]) -> PairSet:
    """A source whose pairs name files by whole paths; pairs whose audio is not there are left out.

    `failed` is told which names those are, and why.
    """
    resolve = places(source.path, source.audio)
    pairs = []
    for pair in source.pairs:
        if pair.audio is None:
            pairs.append(pair)
        elif (path := resolve(pair.audio)) is not None:
            pairs.append(replace(pair, audio=str(path.absolute())))
        else:
            failed[pair.audio] = f"{pair.audio}: not found beside {source.path} or in --audio"
    return replace(source, pairs=tuple(pairs))
