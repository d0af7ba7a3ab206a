"""What `mullama catalogue` does besides hearing: formats of captions that are there, and tags in files."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mullama.catalogue.formats.format_options import FormatOptions
from mullama.catalogue.record import CaptionRecord, read_records
from mullama.catalogue.tags.tag_options import TagOptions
from mullama.errors import UsageError
from mullama.options import add_flags
from mullama.printable import printable

if TYPE_CHECKING:
    from mullama.catalogue.read_paths import Listing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How formats are written, and whether tags are."""
    parser.add_argument(
        "--from", dest="records", type=Path, metavar="FILE",
        help="take the captions of this captions.jsonl, of the same PATHs, and hear nothing",
    )  # fmt: skip
    add_flags(parser, FormatOptions, group="formats")
    add_flags(parser, TagOptions, group="tags")


def warn(line: str) -> None:
    """What a format has to say."""
    print(f"mullama: warning: {printable(line)}", file=sys.stderr)


def rewrite(
    source: Path,
    paths: Sequence[Path],
    audio: Sequence[Path],
    out: Path,
    formats: Sequence[str],
    form: FormatOptions,
    tags: TagOptions,
) -> int:
    """Formats and tags of captions that are there; no model is opened. An exit code."""
    from mullama.catalogue.formats import FORMATS
    from mullama.catalogue.formats.caption_format import Destination
    from mullama.catalogue.read_paths import Listing

    if not formats and not tags.write_tags:
        raise UsageError(
            "--from has captions already: say what to make of them, by --format or --write-tags"
        )
    listing = Listing(paths, audio, without=out)
    for name in formats:
        to = Destination(out, listing, form, warn)
        for path in FORMATS.load(name)(read_records(source), to):
            print(path)
    return tag(read_records(source), listing, out, tags) if tags.write_tags else 0


def tag(
    records: Iterable[CaptionRecord],
    listing: "Listing",
    out: Path,
    options: TagOptions,
) -> int:
    """Write tags into the files of records, or take ours out of all that is listed. An exit code."""
    from mullama.catalogue.catalogue import HEARD
    from mullama.catalogue.tags.keep_heard import KeepHeard
    from mullama.catalogue.tags.tag_writer import HEADER, TagWriter

    print("\t".join(HEADER).rstrip())
    with KeepHeard(out / HEARD) as keep:
        writer = TagWriter(
            apply=options.apply,
            show=print,
            on_failure=lambda line: print(f"mullama: error: {line}", file=sys.stderr),
            on_tagged=keep,
        )
        if options.undo:
            writer.undo_all(_files(listing))
        else:
            writer.write_all(records, listing)
    print(writer.report.line(), file=sys.stderr)
    return writer.report.exit_code


def _files(listing: "Listing") -> Iterator[Path]:
    for listed in listing:
        if listed.place is not None and not listed.place.member:
            yield listed.place.file
