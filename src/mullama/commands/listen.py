"""`mullama listen DATASET...`: music is listened to ahead of time, and the Listenings are cached."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from mullama.data.audio import UNPACKED, AudioResolver
from mullama.data.audio_files import audio_files
from mullama.data.files import read_clips, suffixes
from mullama.data.tally import Tally
from mullama.errors import AudioError, UsageError
from mullama.options import Bounds, Flag, Options, add_flags, from_flags

if TYPE_CHECKING:
    from mullama.listen.cache import ListeningCache


@dataclass(frozen=True)
class ListenOptions(Options):
    """What is listened to, by which encoder, and where the Listenings are cached."""

    datasets: tuple[Path, ...]
    """Music files, folders of them, or files of pairs."""
    audio: Annotated[tuple[Path, ...], Flag("ZIP|DIR")] = ()
    """Where the clips of files of pairs lie: a folder or a zip file, which is unpacked into the store;
    beside each file as well. May be given again."""
    model: Annotated[str | None, Flag("MODEL")] = None
    """Whose encoder listens: a folder or a hub name (default: the small model)."""
    store: Annotated[Path | None, Flag("DIR")] = None
    """Where Listenings are cached (default: ~/.cache/mullama/listenings)."""
    workers: Annotated[int | None, Bounds(1), Flag("N")] = None
    """Processes on a CPU (default: 1), threads beside a GPU (default: up to 8)."""
    engine: Literal["here", "threads", "processes", "ray"] | None = None
    """Where the workers are: `ray` is a cluster, or this machine where there is none (default: as above)."""
    max_seconds: Annotated[float | None, Bounds(0.1), Flag("S")] = None
    """A longer sound is refused, however little its file is (default: none is)."""
    device: Annotated[str | None, Flag("NAME")] = None
    """As in torch (default: a GPU where there is one)."""
    dtype: Literal["float32", "bfloat16", "float16"] | None = None
    """The encoder's (default: as stored; on a CPU always float32)."""
    as_published: bool = False
    """By the published resampler, and as much as published: of MERT's model the first 60 s."""
    as_adapter: Annotated[Path | None, Flag("DIR")] = None
    """Also write each song as a LoRA for the language model of `mullama export`."""
    base: Annotated[Path | None, Flag("DIR|FILE")] = None
    """With --as-adapter: the language model of a folder that holds an adapter alone."""
    tensor_parallel: Annotated[int, Bounds(1, 1024), Flag("N")] = 1
    """With --as-adapter: as in `mullama export`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The data sets and the options."""
    parser.add_argument(
        "datasets", nargs="+", type=Path, metavar="DATASET",
        help="music files, folders of them, or files of pairs (.json, .jsonl, .csv, .parquet)",
    )  # fmt: skip
    add_flags(parser, ListenOptions, without=("datasets",))


def run(arguments: argparse.Namespace) -> int:
    """Listen to what is not cached yet and say how much that was; see `cli.main` for the exit codes."""
    from tqdm import tqdm

    from mullama.checkpoints.store import open_encoder
    from mullama.listen.cache import default_folder, open_cache
    from mullama.listen.precompute import precompute

    options = from_flags(ListenOptions, arguments)
    store = options.store or default_folder()
    lost = 0

    def show_error(line: str) -> None:
        tqdm.write(f"mullama: error: {line}", file=sys.stderr)

    def lose(line: str) -> None:
        nonlocal lost
        lost += 1
        show_error(line)

    files = list(dict.fromkeys(_files(options.datasets, options.audio, store, lose)))
    if not files and not lost:
        raise UsageError(f"there is no music in {', '.join(map(str, options.datasets))}")
    encoder = open_encoder(options.model, options.dtype, options.device)
    cache = open_cache(
        store, encoder, as_published=options.as_published, max_seconds=options.max_seconds
    )
    report = precompute(
        files,
        cache,
        workers=options.workers,
        engine=options.engine,
        on_error=lambda _, cause: show_error(cause),
        progress=True,
    )
    failed = len(report.failed) + lost
    before = len(report.digests) - report.new
    print(f"{report.new} encoded, {before} cached before, {failed} failed: {cache.folder}")
    if options.as_adapter is not None:
        _write_adapters(options, options.as_adapter, cache, report.digests)
    return 0 if not failed else 1 if report.digests else 2


def _write_adapters(
    options: ListenOptions, out: Path, cache: "ListeningCache", digests: Mapping[Path, str]
) -> None:
    """Write what was listened to as adapters, and say how many of them are new."""
    from mullama.checkpoints.export.song_adapter import adapter_maker
    from mullama.checkpoints.export.song_folder import write_songs
    from mullama.checkpoints.store import open_carrier

    model = open_carrier(options.model, device=options.device, base=options.base)
    maker = adapter_maker(model, options.tensor_parallel)
    songs = {str(path): digest for path, digest in digests.items()}
    new = write_songs(out, songs, cache, model, maker)
    print(f"{new} new adapters, {len(songs)} songs in all: {out}")


def _files(
    datasets: Sequence[Path], audio: Sequence[Path], store: Path, lose: Callable[[str], None]
) -> Iterator[Path]:
    """Every file to listen to; a clip of a file of pairs that cannot be found is lost."""
    pairs_files = suffixes()
    with AudioResolver(audio, unpack_to=store / UNPACKED) as resolver:
        for dataset in datasets:
            if dataset.is_dir():
                yield from audio_files(dataset)
            elif dataset.suffix.lower() in pairs_files:
                yield from _clips(dataset, resolver, lose)
            else:
                yield dataset


def _clips(pairs_file: Path, audio: AudioResolver, lose: Callable[[str], None]) -> Iterator[Path]:
    """The files of the clips that a file of pairs has pairs about, each once."""
    names = set[str | None]()
    for clip in read_clips(pairs_file, Tally(lambda reason, what: lose(f"{reason}: {what}"))):
        if clip.failed or (clip.sound is None and (clip.audio is None or clip.audio in names)):
            continue
        names.add(clip.audio)
        try:
            yield audio.find(clip, pairs_file)
        except AudioError as error:
            lose(str(error))
