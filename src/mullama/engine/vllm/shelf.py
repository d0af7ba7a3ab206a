"""Songs -> adapters in a folder that vLLM reads, loaded there, as many as there is room for.

    DIR/0/lock               held while an engine uses DIR/0; the next one takes DIR/1
    DIR/0/NAME/              an adapter (checkpoints/export/song_adapter.py)
    DIR/0/no-song/           the one that changes nothing, which stays

NAME is the digest of the adapter, of the language model and of the place, so that the server's caches never
mix two models, and no engine takes away what another asks about. Whoever is least recently asked about leaves
first: the server forgets it before its files go, and no answer is being made with it.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import torch

from mullama.checkpoints.export.song_adapter import (
    CONFIG,
    NAME_CHARACTERS,
    NO_SONG,
    WEIGHTS,
    AdapterMaker,
    SongAdapter,
)
from mullama.checkpoints.export.song_folder import write_adapter
from mullama.engine.vllm.client import UnknownAdapterError, VllmClient
from mullama.errors import EngineFailed, UsageError
from mullama.jobs.digest import bytes_digest, stable_digest
from mullama.jobs.lock import Lock, take_lock
from mullama.song import NoSong, Song

PLACES = 256
"""Engines that may share a folder."""
MAX_NAMES = 100_000
"""Songs whose adapters' names are remembered; another's is found by making its adapter."""


class Place:
    """A folder of one engine alone, as long as it is open."""

    def __init__(self, folder: Path) -> None:
        """Take the first of the folder's places that nobody has. Raises UsageError."""
        for number in range(PLACES):
            self.path = folder.absolute() / str(number)
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                self._file = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
                if take_lock(self._file) is not Lock.THEIRS:
                    return
                os.close(self._file)
            except OSError as error:
                raise UsageError(f"adapters cannot be written to {folder}: {error}") from error
        raise UsageError(f"{PLACES} engines use {folder} already: name another folder")

    def close(self) -> None:
        """Leave it to the next engine, with what is in it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@dataclass(eq=False)
class _Entry:
    """An adapter that is loaded, or is about to be."""

    name: str
    size: int
    ready: "asyncio.Future[None] | None" = None
    """Done once the server has it."""
    users: int = 0


class Shelf:
    """For one event loop."""

    def __init__(
        self, place: Place, max_bytes: int, client: VllmClient, maker: AdapterMaker, model: str
    ) -> None:
        """`model` says which language model it is, as `language_digest` does."""
        self._place, self.max_bytes, self._client = place, max_bytes, client
        self._maker, self._model = maker, model
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._names: OrderedDict[str, str] = OrderedDict()
        self._room = asyncio.Lock()

    @property
    def nbytes(self) -> int:
        """Of the adapters that are kept, without the one of no song."""
        return sum(entry.size for entry in self._entries.values())

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self._entries)

    async def open(self, at_once: int) -> None:
        """Load the adapter that changes nothing, and count what an earlier engine left.

        Raises EngineFailed where the server cannot read it, UsageError where `at_once` do not fit.
        """
        silent = self._maker.silent()
        size = len(silent.config) + len(silent.weights)
        if size * (at_once + 1) > self.max_bytes:
            need = size * (at_once + 1) / (1 << 20)
            raise UsageError(
                f"--adapters-mb is too small: {at_once} answers at a time need {need:.1f}"
            )
        self._adopt()
        await asyncio.to_thread(write_adapter, self._place.path / NO_SONG, silent)
        await self._load(NO_SONG)

    @asynccontextmanager
    async def held(self, song: Song) -> AsyncIterator[str]:
        """The name of a song's adapter, which stays at the server meanwhile."""
        if isinstance(song, NoSong):
            yield NO_SONG
            return
        entry = await self._hold(song)
        try:
            yield entry.name
        finally:
            entry.users -= 1

    async def load_again(self, name: str) -> None:
        """The server has forgotten it: it was started anew, or somebody unloaded it."""
        await self._load(name)

    async def _hold(self, song: Song) -> _Entry:
        heard = _digest(song)
        entry = self._entries.get(self._names.get(heard, ""))
        if entry is None or entry.ready is None:
            adapter = await asyncio.to_thread(_make, self._maker, song)
            name = self._names[heard] = self._name(adapter)
            if len(self._names) > MAX_NAMES:
                self._names.popitem(last=False)
            await self._put(name, adapter)
            entry = self._entries[name]
        name = entry.name
        entry.users += 1
        self._entries.move_to_end(name)
        try:
            assert entry.ready is not None
            await asyncio.shield(entry.ready)
        except BaseException:
            entry.users -= 1
            raise
        return entry

    async def _put(self, name: str, adapter: SongAdapter) -> None:
        """Begin to write and load it, unless another caller has."""
        size = len(adapter.config) + len(adapter.weights)
        async with self._room:
            known = self._entries.get(name)
            if known is not None and known.ready is not None:
                return
            entry = known or _Entry(name, size)
            await self._make_room(size if known is None else 0)
            self._entries[name] = entry
            entry.ready = asyncio.ensure_future(self._write(name, adapter))
            entry.ready.add_done_callback(lambda done: self._written(entry, done))

    async def _write(self, name: str, adapter: SongAdapter) -> None:
        await asyncio.to_thread(write_adapter, self._place.path / name, adapter)
        await self._load(name)

    def _written(self, entry: _Entry, done: "asyncio.Future[None]") -> None:
        if done.cancelled() or done.exception() is not None:
            entry.ready = None  # whoever asks next tries again

    async def _make_room(self, size: int) -> None:
        for entry in list(self._entries.values()):
            if self.nbytes + size <= self.max_bytes:
                return
            if not entry.users and (entry.ready is None or entry.ready.done()):
                # Nobody is given it any more, while the server is told.
                del self._entries[entry.name]
                try:
                    await self._client.unload(entry.name)
                except BaseException:
                    self._entries[entry.name] = entry
                    raise
                await asyncio.to_thread(rmtree, self._place.path / entry.name, ignore_errors=True)

    async def _load(self, name: str) -> None:
        folder = self._place.path / name
        try:
            await self._client.load(name, folder)
        except UnknownAdapterError as error:
            raise EngineFailed(
                f"vLLM cannot read {folder}: it has to see it under that name ({error})"
            ) from error

    def _adopt(self) -> None:
        """What lies there counts, the oldest first, and is loaded when it is asked about."""
        found = [folder for folder in self._place.path.iterdir() if (folder / WEIGHTS).is_file()]
        for folder in sorted(found, key=lambda folder: (folder / WEIGHTS).stat().st_mtime):
            if folder.name != NO_SONG:
                size = sum((folder / part).stat().st_size for part in (CONFIG, WEIGHTS))
                self._entries[folder.name] = _Entry(folder.name, size)

    def _name(self, adapter: SongAdapter) -> str:
        parts = [adapter.name, self._model, str(self._place.path)]
        return stable_digest(parts)[:NAME_CHARACTERS]


@torch.no_grad()
def _make(maker: AdapterMaker, song: Song) -> SongAdapter:
    return maker.make(song.shifts)


def _digest(song: Song) -> str:
    """Of what was heard: the same song may come under many names."""
    return bytes_digest(song.listening.float().cpu().contiguous().numpy().tobytes())
