"""Listenings that are cached become a folder of adapters, one a song, and a table of which is which.

    OUT/songs.jsonl                 {"song": "a.mp3", "sound": digest, "adapter": NAME}
    OUT/NAME/adapter_config.json    see song_adapter.py; NAME is the digest of what is in the folder
    OUT/no-song/                    the adapter that changes nothing

Each adapter appears whole or not at all, and one that is there is not written again, so that a killed
job is continued by giving it again. Knows no audio.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from mullama.checkpoints.export.song_adapter import (
    CONFIG,
    NO_SONG,
    WEIGHTS,
    AdapterMaker,
    SongAdapter,
)
from mullama.jobs.atomic import write_bytes
from mullama.jobs.atomic_folder import atomic_folder
from mullama.jobs.records import RecordFormat
from mullama.listen.cache import ListeningCache
from mullama.model import MuLlamaForConditionalGeneration

TABLE = "songs.jsonl"


@dataclass(frozen=True)
class SongRow:
    """Which adapter is whose."""

    song: str
    """As it was given."""
    sound: str
    """Digest of its file."""
    adapter: str


ROWS = RecordFormat[SongRow](asdict, lambda row, where: SongRow(**row), lambda row: row.song)
"""The lines of the table."""


@torch.no_grad()
def write_songs(
    out: Path,
    songs: Mapping[str, str],
    cache: ListeningCache,
    model: MuLlamaForConditionalGeneration,
    maker: AdapterMaker,
) -> int:
    """Write the adapters of `songs` (name -> digest of its sound in the cache); how many are new.

    Raises UsageError where the folder cannot be written.
    """
    new = int(write_adapter(out / NO_SONG, maker.silent()))
    names: dict[str, str] = {}
    for digest in sorted(set(songs.values())):
        # One by one: how many are carried at a time shows in the last bits, and so in the name.
        found = torch.from_numpy(np.asarray(cache.get(digest), np.float32))
        shifts = model.adapt(found[None].to(model.shifts.gates.device))[0]
        adapter = maker.make(shifts)
        names[digest] = adapter.name
        new += write_adapter(out / adapter.name, adapter)
    _write_table(out / TABLE, [SongRow(song, d, names[d]) for song, d in songs.items()])
    return new


def write_adapter(folder: Path, adapter: SongAdapter) -> bool:
    """Write one adapter's folder; False where the same adapter is there already."""
    if _is(folder, adapter):
        return False
    with atomic_folder(folder, is_ours=_is_adapter, ours="an adapter", overwrite=True) as part:
        (part / CONFIG).write_bytes(adapter.config)
        (part / WEIGHTS).write_bytes(adapter.weights)
    return True


def _is(folder: Path, adapter: SongAdapter) -> bool:
    try:
        stored = (folder / CONFIG).read_bytes(), (folder / WEIGHTS).read_bytes()
    except OSError:
        return False
    return stored == (adapter.config, adapter.weights)


def _is_adapter(folder: Path) -> bool:
    return (folder / CONFIG).is_file()


def _write_table(path: Path, rows: Sequence[SongRow]) -> None:
    """The songs of this call and of earlier ones, each once."""
    earlier = ROWS.read(path) if path.is_file() else ()
    table = {row.song: row for row in (*earlier, *rows)}
    write_bytes(path, b"".join(ROWS.to_line(table[song]) for song in sorted(table)))
