"""Thousands of clips on disk: rendered in shards that are whole or absent, so that a run resumes.

A corpus is a folder with, for each shard, `NNNNN.npy` (int16, shaped (clips, samples)) and
`NNNNN.jsonl` (one line per clip: seed, bank and truth), and `corpus.json` with the settings. It
does not know what the clips are for.
"""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mullama.errors import UsageError
from mullama.studio.clips import Studio
from mullama.studio.mixing import Clip
from mullama.studio.render import RATE
from mullama.studio.truth import Truth

DEFAULT_FOLDER = Path("~/.cache/mullama/studio")
SHARD = 256
"""Clips in one shard."""
_FULL_SCALE = 32767
_FORMAT = 1

Progress = Callable[[int, int], None]
"""Called with (clips done, clips in all)."""


@dataclass(frozen=True)
class CorpusPlan:
    """What a corpus holds; two runs with equal plans make equal files."""

    first_seed: int
    count: int
    bank: str | None = None
    """A bank for all clips; None lets each seed choose its training bank."""
    seconds: float = 10.0
    rate: int = RATE
    strength: float = 1.0
    """How strong effects are, between 0 and 1."""


class Corpus:
    """A rendered corpus, opened for reading; waveforms are read when asked for."""

    def __init__(self, folder: Path) -> None:
        settings = folder / "corpus.json"
        if not settings.is_file():
            raise UsageError(f"{folder} holds no rendered corpus: render one there first")
        self.folder = folder
        self.plan = CorpusPlan(**_read_settings(settings))
        self.entries: list[dict[str, Any]] = []
        self.truths: list[Truth] = []
        self._shards: list[NDArray[np.int16]] = []
        for number in range(_shards_of(self.plan)):
            truths, sounds = _shard_files(folder, number)
            if not (truths.is_file() and sounds.is_file()):
                raise UsageError(f"{folder} is not complete: render the same corpus again")
            self._shards.append(np.load(sounds, mmap_mode="r"))
            for line in truths.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                self.truths.append(Truth.from_dict(entry.pop("truth")))
                self.entries.append(entry)

    def __len__(self) -> int:
        return len(self.truths)

    def waveform(self, index: int) -> NDArray[np.float32]:
        """The sound of one clip: (samples,), float32, within -1 .. 1."""
        shard, row = divmod(index, SHARD)
        return np.asarray(self._shards[shard][row], dtype=np.float32) / np.float32(_FULL_SCALE)

    def __iter__(self) -> Iterator[tuple[NDArray[np.float32], Truth]]:
        return ((self.waveform(index), truth) for index, truth in enumerate(self.truths))


def render_corpus(
    folder: Path | str,
    plan: CorpusPlan,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Corpus:
    """Render what is missing of a corpus and open it.

    Raises `UsageError` when the folder holds another corpus or a bank is missing.
    """
    folder = Path(folder).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "corpus.json"
    if settings.is_file():
        if _read_settings(settings) != asdict(plan):
            raise UsageError(f"{folder} holds a corpus with other settings: choose another folder")
    else:
        _write(settings, json.dumps({"format": _FORMAT, **asdict(plan)}, indent=2).encode())
    missing = [n for n in range(_shards_of(plan)) if not _shard_files(folder, n)[1].is_file()]
    done = plan.count - sum(len(_seeds(plan, number)) for number in missing)
    for rendered in _render_all(folder, plan, missing, workers):
        done += rendered
        if progress is not None:
            progress(done, plan.count)
    return Corpus(folder)


def _render_all(folder: Path, plan: CorpusPlan, missing: list[int], workers: int) -> Iterator[int]:
    if workers <= 1 or len(missing) <= 1:
        for number in missing:
            yield _render_shard(folder, plan, number)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_render_shard, folder, plan, number) for number in missing}
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()


def _render_shard(folder: Path, plan: CorpusPlan, number: int) -> int:
    """Render one shard; the sounds appear last, so a shard with sounds is whole."""
    seeds = _seeds(plan, number)
    truths_file, sounds_file = _shard_files(folder, number)
    sounds = np.zeros((len(seeds), round(plan.seconds * plan.rate)), dtype=np.int16)
    lines = []
    with Studio(seconds=plan.seconds, rate=plan.rate) as studio:
        for row, seed in enumerate(seeds):
            clip = studio.clip(seed, plan.bank, strength=plan.strength)
            sounds[row] = np.round(clip.waveform * _FULL_SCALE).astype(np.int16)
            lines.append(json.dumps(_entry(clip)))
    _write(truths_file, ("\n".join(lines) + "\n").encode())
    partial = sounds_file.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as stream:
        np.save(stream, sounds)
    partial.replace(sounds_file)
    return len(seeds)


def _entry(clip: Clip) -> dict[str, Any]:
    return {"seed": clip.seed, "bank": clip.bank, "truth": clip.truth.as_dict()}


def _seeds(plan: CorpusPlan, number: int) -> range:
    return range(plan.first_seed, plan.first_seed + plan.count)[number * SHARD :][:SHARD]


def _shards_of(plan: CorpusPlan) -> int:
    return -(-plan.count // SHARD)


def _shard_files(folder: Path, number: int) -> tuple[Path, Path]:
    return folder / f"{number:05d}.jsonl", folder / f"{number:05d}.npy"


def _read_settings(path: Path) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if settings.pop("format", None) != _FORMAT:
        raise UsageError(f"{path} was written by another version: choose another folder")
    return settings


def _write(path: Path, content: bytes) -> None:
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(path)
