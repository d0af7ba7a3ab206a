"""What data sets name becomes what was heard: Listenings, computed once before training begins.

A frozen encoder hears each clip once for all epochs and all later runs (listen/kept.py); where a
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

from mullama.errors import UsageError
from mullama.listen.audio import AudioReader
from mullama.listen.kept import SILENCE, Kept, default_folder
from mullama.listen.many import hear_files
from mullama.model import MuLlamaForConditionalGeneration
from mullama.musicqa.audio import places
from mullama.training.data import Source
from mullama.training.options import RunOptions
from mullama.training.parallel import World

NAMED = 20
"""Files that are named where many are missing."""
DECODED = 64
"""Clips whose sound stays decoded while an encoder trains."""


class Hearing(Protocol):
    """How a course comes by what is heard."""

    def prepare(self, sources: Sequence[Source]) -> list[Source]:
        """Hear what is new; the sources with what can be heard, pairs naming files by whole paths."""
        ...

    def kept(self, names: Sequence[str | None]) -> Tensor:
        """Listenings (clip, states, features), as they were kept; None is silence."""
        ...

    def live(self, names: Sequence[str | None]) -> Tensor:
        """Listenings from the encoder as it is now, through which gradients flow."""
        ...


class StoredHearing:
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
        self.store = Kept(folder, model.encoder, as_published=as_published)
        self._digests: dict[str | None, str] = {}
        self._decoded = lru_cache(DECODED)(self._decode)

    def prepare(self, sources: Sequence[Source]) -> list[Source]:
        """See Hearing. Raises UsageError naming what is missing, unless it is to be skipped."""
        found = [_found(source) for source in sources]
        files = sorted({Path(p.audio) for s in found for p in s.pairs if p.audio is not None})
        failed = self._hear(files)
        self.store.silence()
        self._digests[None] = SILENCE
        if failed:
            self._refuse(failed)
        return [
            replace(s, pairs=tuple(p for p in s.pairs if p.audio in self._digests)) for s in found
        ]

    def kept(self, names: Sequence[str | None]) -> Tensor:
        """See Hearing."""
        rows = [self.store.get(self._digests[name]) for name in names]
        for name, row in zip(names, rows, strict=True):
            if row is None:
                raise UsageError(
                    f"what was heard of {name or 'silence'} is gone from {self.store.folder}: run the "
                    "same command again"
                )
        return torch.from_numpy(np.stack([np.asarray(row, dtype=np.float32) for row in rows]))

    def live(self, names: Sequence[str | None]) -> Tensor:
        """See Hearing. A clip longer than the encoder's window is heard from a random place on."""
        config = self.encoder.config
        size = round(config.sampling_rate * config.window_seconds)
        heard = []
        for name in names:
            sound = self._decoded(name)
            start = int(torch.randint(max(1, len(sound) - size + 1), ()))
            heard.append(self.encoder(sound[None, start : start + size].to(self.world.device)))
        return torch.cat(heard)

    def _decode(self, name: str | None) -> Tensor:
        rate = self.encoder.config.sampling_rate
        if name is None:
            return torch.zeros(rate)
        with AudioReader(name, rate) as reader:
            return torch.from_numpy(reader.waveform())

    def _hear(self, files: list[Path]) -> dict[Path, str]:
        """Hear what is new, each process its share; why some could not be, by file."""
        if self.world.size > 1:
            share = files[self.world.rank :: self.world.size]
            hear_files(share, self.store, workers=self.options.workers)
            self.world.wait()
        quiet = not self.world.first or not sys.stderr.isatty()
        with tqdm(total=len(files), desc="hearing", unit="file", disable=quiet) as bar:

            def advance(done: int) -> None:
                bar.update(done - bar.n)

            heard = hear_files(files, self.store, workers=self.options.workers, progress=advance)
        self.report(
            f"heard {heard.new} clips, {len(heard.digests) - heard.new} were known, "
            f"{len(heard.failed)} failed"
        )
        self._digests.update({str(path): digest for path, digest in heard.digests.items()})
        return heard.failed

    def _refuse(self, failed: dict[Path, str]) -> None:
        """Name what cannot be heard, and go on only if that was asked for."""
        for reason in list(failed.values())[:NAMED]:
            self.report(reason)
        if len(failed) > NAMED:
            self.report(f"... and {len(failed) - NAMED} more")
        if not self.options.skip_missing:
            raise UsageError(
                f"{len(failed)} audio files are missing or cannot be heard, as named above: bring "
                "them, or leave out what is asked about them by --skip-missing"
            )
        self.report(f"left out: all that is asked about {len(failed)} files")


def _found(source: Source) -> Source:
    """A source whose pairs name files by whole paths; what is missing keeps a path that is not there."""
    resolve = places(source.path, source.audio)
    pairs = []
    for pair in source.pairs:
        if pair.audio is not None:
            path = resolve(pair.audio) or source.path.parent / pair.audio
            pair = replace(pair, audio=str(path.absolute()))
        pairs.append(pair)
    return replace(source, pairs=tuple(pairs))
