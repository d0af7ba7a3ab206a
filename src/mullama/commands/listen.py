"""`mullama listen DATASET...`: music is heard ahead of time, and what was heard is kept."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mullama.errors import UsageError

TABLES = (".json", ".jsonl")
"""Ends of the names of files of pairs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is heard, by whom, and where that is kept."""
    parser.add_argument(
        "datasets", nargs="+", type=Path, metavar="DATASET",
        help="music files, folders of them, or files of pairs (.json, .jsonl)",
    )  # fmt: skip
    parser.add_argument(
        "--audio", type=Path, metavar="DIR",
        help="where the clips of files of pairs lie (default: beside them, or in audios/ there)",
    )  # fmt: skip
    parser.add_argument(
        "--model", metavar="MODEL", help="whose encoder hears: a folder or a hub name "
        "(default: the small model)",
    )  # fmt: skip
    parser.add_argument(
        "--store", type=Path, metavar="DIR",
        help="where Listenings are kept (default: ~/.cache/mullama/listenings)",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, metavar="N",
        help="processes on a CPU (default: 1), threads beside a GPU (default: up to 8)",
    )  # fmt: skip
    parser.add_argument("--device", help="as in torch (default: a GPU where there is one)")
    parser.add_argument(
        "--dtype", choices=("float32", "bfloat16", "float16"),
        help="the encoder's (default: as stored; on a CPU always float32)",
    )  # fmt: skip
    parser.add_argument(
        "--as-published", action="store_true",
        help="hear the first 60 s only, by the published resampler",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Hear what is not kept yet and say how much that was; see `cli.main` for the exit codes."""
    from tqdm import tqdm

    from mullama.checkpoints.store import open_encoder
    from mullama.listen.cache import default_folder, open_cache
    from mullama.listen.precompute import precompute

    if arguments.workers is not None and arguments.workers < 1:
        raise UsageError(f"--workers must be 1 or more, not {arguments.workers}")
    lost: list[str] = []

    def name(line: str) -> None:
        tqdm.write(f"mullama: error: {line}", file=sys.stderr)

    def lose(line: str) -> None:
        lost.append(line)
        name(line)

    files = list(dict.fromkeys(_files(arguments.datasets, arguments.audio, lose)))
    if not files and not lost:
        raise UsageError(f"there is no music in {', '.join(map(str, arguments.datasets))}")
    encoder = open_encoder(arguments.model, arguments.dtype, arguments.device)
    folder = arguments.store or default_folder()
    store = open_cache(folder, encoder, as_published=arguments.as_published)
    heard = precompute(
        files,
        store,
        workers=arguments.workers,
        on_error=lambda _, cause: name(cause),
        progress=True,
    )
    failed = len(heard.failed) + len(lost)
    kept = len(heard.digests) - heard.new
    print(f"{heard.new} heard, {kept} known before, {failed} failed: {store.folder}")
    return 0 if not failed else 1 if heard.digests else 2


def _files(
    datasets: Sequence[Path], audio: Path | None, lose: Callable[[str], None]
) -> Iterator[Path]:
    """Every file that is to be heard; what a file of pairs names and nobody has is lost."""
    from mullama.data.audio import audio_files, places
    from mullama.data.files import each_pair

    for dataset in datasets:
        if dataset.is_dir():
            yield from audio_files(dataset)
        elif dataset.suffix.lower() not in TABLES:
            yield dataset
        else:
            resolve = places(dataset, audio)
            for clip in dict.fromkeys(pair.audio for pair in each_pair(dataset)):
                if clip is not None and (found := resolve(clip)) is not None:
                    yield found
                elif clip is not None:
                    lose(f"{clip}: {dataset} names it, but there is no such file")
