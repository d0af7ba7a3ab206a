"""`mullama probe TAGS`: what the hidden states of several encoders tell of tags, in one table."""

import argparse
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mullama.data.audio import UNPACKED
from mullama.errors import MuLlamaError, UsageError
from mullama.evaluation.probe.options import TrainingOptions
from mullama.options import Bounds, Flag, Options, add_flags, from_flags, given_flags

if TYPE_CHECKING:
    from mullama.evaluation.probe.features import Features
    from mullama.evaluation.probe.tags import TagSet

STUDIO = "studio"


@dataclass(frozen=True, kw_only=True)
class ProbeOptions(Options):
    """Which encoders are compared on which tags."""

    out: Annotated[Path, Flag("DIR")]
    """Where the table and the log of trained probes go."""
    encoder: Annotated[tuple[str, ...], Flag("NAME")] = ("small", "log-mel")
    """A model's folder or hub name, a folder of a bare encoder (MERT, HuBERT, wav2vec 2.0, WavLM, CLAP),
    imagebind_huge.pth, `small`, or `log-mel` (mean and deviation of a spectrogram); `random:NAME` draws its
    weights. May be given again."""
    audio: Annotated[tuple[Path, ...], Flag("ZIP|DIR")] = ()
    """Where the clips of a table lie, besides its own folder. May be given again."""
    top: Annotated[int | None, Bounds(1), Flag("N")] = None
    """Take the commonest tags alone (default: 50 for MagnaTagATune, else all)."""
    clips: Annotated[int, Bounds(10, 100_000), Flag("N")] = 600
    """Of the studio: how many are rendered."""
    seconds: Annotated[float, Bounds(0.5, 600), Flag("S")] = 10.0
    """Of the studio: their length."""
    music: Annotated[Path | None, Flag("DIR")] = None
    """Of the studio: where they are rendered to (default: ~/.cache/mullama/studio)."""
    store: Annotated[Path | None, Flag("DIR")] = None
    """Where hidden states are cached (default: ~/.cache/mullama/listenings)."""
    workers: Annotated[int | None, Bounds(1), Flag("N")] = None
    """As in `mullama listen`."""
    device: Annotated[str | None, Flag("NAME")] = None
    """Of the encoders, as in torch (default: a GPU where there is one)."""
    dtype: Literal["float32", "bfloat16", "float16"] | None = None
    """Theirs (default: as stored; on a CPU always float32)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The tags and the options."""
    parser.add_argument(
        "tags", metavar="TAGS",
        help="`studio`; MagnaTagATune's folder or annotations_final.csv; or a .csv, .tsv or .jsonl file "
        "of audio, tags (tag|tag) and split (train, validation, test)",
    )  # fmt: skip
    add_flags(parser, ProbeOptions)
    add_flags(parser, TrainingOptions, group="the probe")


def run(arguments: argparse.Namespace) -> int:
    """Encode what is not cached, train what is not logged, write the table; 1 where something was lost."""
    from transformers.utils import logging

    from mullama.evaluation.probe import table
    from mullama.evaluation.probe.compare import compare
    from mullama.evaluation.probe.encoders import named

    logging.disable_progress_bar()
    options = from_flags(ProbeOptions, arguments)
    training = from_flags(TrainingOptions, arguments)
    encoders = named(options.encoder)
    lost = _Lost()
    tag_set = _tag_set(arguments.tags, options)
    for line in tag_set.lost:
        lost.add(line)
    features = [
        found for one in encoders if (found := _encode(one, tag_set, options, training, lost))
    ]
    if not features:
        raise UsageError("no encoder could encode a single clip")
    top = options.top or (50 if tag_set.name == "MagnaTagATune" else None)
    comparison = compare(tag_set, features, training, options.out, top=top, on_error=lost.add)
    table.write(comparison, training, _command(arguments), options.out)
    print("\n".join(table.summary(comparison)))
    print(
        f"\n{options.out / table.TABLE}: {lost.count} lost, {len(comparison.left_out)} tags left out"
    )
    return 1 if lost.count else 0


class _Lost:
    """Counts and names what could not be done."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, line: str) -> None:
        from tqdm import tqdm

        self.count += 1
        tqdm.write(f"mullama: error: {line}", file=sys.stderr)


def _tag_set(name: str, options: ProbeOptions) -> "TagSet":
    from mullama.evaluation.probe.tag_sets import read_tags, studio_tags
    from mullama.listen.cache import default_folder

    if name == STUDIO:
        music = options.music or default_folder().parent / "studio"
        return studio_tags(music, options.clips, options.seconds)
    store = options.store or default_folder()
    return read_tags(Path(name), options.audio, unpack_to=store / UNPACKED)


def _encode(
    encoder: Any, tag_set: "TagSet", options: ProbeOptions, training: TrainingOptions, lost: _Lost
) -> "Features | None":
    """One encoder's features; None, and a line, where it cannot encode anything."""
    from mullama.evaluation.probe.features import Hearing, encode
    from mullama.listen.cache import default_folder

    hearing = Hearing(
        store=options.store or default_folder(),
        workers=options.workers,
        dtype=options.dtype,
        device=options.device,
        seed=training.seed,
    )
    print(f"{encoder.label}: {len(tag_set.clips)} clips", file=sys.stderr)
    try:
        found = encode(encoder, tag_set.clips, hearing, on_error=lost.add, progress=True)
    except MuLlamaError as error:
        lost.add(f"{encoder.label}: {error}")
        return None
    return found if found.digests else None


def _command(arguments: argparse.Namespace) -> str:
    """What was asked for, as it would be typed."""
    words = ["mullama", "probe", arguments.tags]
    for kind in (ProbeOptions, TrainingOptions):
        words += _words(given_flags(kind, arguments))
    return shlex.join(words)


def _words(given: dict[str, Any]) -> Iterator[str]:
    for name, value in given.items():
        for one in value if isinstance(value, tuple) else (value,):
            yield f"--{name.replace('_', '-')}"
            yield str(one)
