"""`mullama catalogue PATH... --out DIR`: every sound in them gets a caption record, however many there are."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mullama.catalogue.caption_options import CatalogueOptions, TextOptions, parse_asked
from mullama.catalogue.formats.format_options import FormatOptions
from mullama.catalogue.tags.tag_options import TagOptions
from mullama.commands import catalogue_outputs
from mullama.commands.answer_flags import add_answer_flags, answer_flags
from mullama.errors import UsageError
from mullama.jobs.shard import Shard
from mullama.load_options import LoadOptions
from mullama.options import add_flags, from_flags

if TYPE_CHECKING:
    from mullama.catalogue.catalogue import CatalogueReport
    from mullama.catalogue.failures import Failure
    from mullama.catalogue.hearing import Asked
    from mullama.catalogue.read_paths import Listing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which music, where to, and how."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH",
        help="music files; folders of them, of WebDataset tars or of parquet files; zip files; lists"
        " (.txt, .m3u, .jsonl, .csv)",
    )  # fmt: skip
    add_flags(parser, CatalogueOptions)
    add_flags(parser, TextOptions, group="texts")
    catalogue_outputs.add_arguments(parser)
    add_flags(parser, LoadOptions, group="model")
    add_answer_flags(parser, own_engine=True)


def run(arguments: argparse.Namespace) -> int:
    """0: all have captions; 1: some files have none; 2: none has one."""
    answers = answer_flags(arguments, own_engine=True)  # before `--engine` is read
    options, text = from_flags(CatalogueOptions, arguments), from_flags(TextOptions, arguments)
    model = from_flags(LoadOptions, arguments)
    form, tags = from_flags(FormatOptions, arguments), from_flags(TagOptions, arguments)
    formats = list(dict.fromkeys(options.format))

    from mullama.catalogue.formats import DEFAULT_FORMAT, FORMATS
    from mullama.catalogue.formats.jsonl import FILE
    from mullama.catalogue.hearing import Asked
    from mullama.catalogue.questions import all_questions
    from mullama.catalogue.read_paths import Listing
    from mullama.catalogue.record import read_records

    for name in formats:  # a misspelt one is refused before an hour of listening
        FORMATS.load(name)
    if arguments.records is not None:
        given = arguments.paths, options.audio, options.out
        return catalogue_outputs.rewrite(arguments.records, *given, formats, form, tags)
    listing = Listing(arguments.paths, options.audio, without=options.out)
    if tags.undo:
        return catalogue_outputs.tag((), listing, options.out, tags)
    if not formats or (tags.write_tags and DEFAULT_FORMAT not in formats):
        formats.append(DEFAULT_FORMAT)
    asked = Asked(model, all_questions(parse_asked(options.ask)), options.as_published, answers)
    report = _describe(asked, listing, options, text, formats, form)
    if not tags.write_tags or Shard.from_text(options.shard).of > 1 or not report.rows:
        return report.exit_code
    records = read_records(options.out / FILE)
    return max(report.exit_code, catalogue_outputs.tag(records, listing, options.out, tags))


def _describe(
    asked: "Asked",
    listing: "Listing",
    options: CatalogueOptions,
    text: TextOptions,
    formats: list[str],
    form: FormatOptions,
) -> "CatalogueReport":
    """Hear what is missing; the run that has no shard writes the formats."""
    from mullama.catalogue.catalogue import Catalogue
    from mullama.catalogue.hearing import default_engine, default_workers, hearing
    from mullama.catalogue.maker import fingerprint, maker_of
    from mullama.catalogue.template import check_template, read_template

    template = read_template(text.template) if text.template else ""
    if template:
        check_template(template)
    shard = Shard.from_text(options.shard)
    maker = maker_of(asked.model)
    fingerprint(options.out, asked, maker, text, template, reword=options.reword)
    workers = options.workers or 1
    if options.workers is None and options.engine is None:
        workers = default_workers(asked.model, asked.answers)
    where = options.engine or default_engine(workers)
    catalogue = Catalogue(options.out, listing, songs=options.songs, shard=shard)
    total = listing.count() if sys.stderr.isatty() else None
    if total is not None and options.limit is not None:
        total = min(total, options.limit)
    report = catalogue.hear(
        hearing(asked, where, workers),
        total=total,
        limit=options.limit,
        on_failure=_tell_failure,
    )
    if shard.of == 1:
        catalogue.write(report, formats, text, template, maker, form, catalogue_outputs.warn)
    catalogue.close()
    _tell(report, options.out, shard)
    return report


def _tell_failure(failure: "Failure") -> None:
    """While the others are heard."""
    from mullama.jobs.progress import tell
    from mullama.printable import printable

    tell(f"mullama: error: {printable(failure.path)}: {printable(failure.cause)}")


def _tell(report: "CatalogueReport", out: Path, shard: Shard) -> None:
    from mullama.catalogue.catalogue import ERRORS

    if not report.rows and not report.failures:
        raise UsageError("there is no music in what was given")
    errors = shard.path(out / ERRORS)
    outcome = report.outcome
    print(
        f"{report.rows} files with captions: {outcome.written} heard now, {outcome.skipped} before or"
        f" twice; {report.failures} without",
        file=sys.stderr,
    )
    if report.failures:
        print(f"mullama: why, and what to do: {errors}", file=sys.stderr)
    for path in report.files:
        print(path)
    if shard.of > 1:
        print(
            f"{out}: part {shard.number} of {shard.of}; a last run without --shard writes captions"
        )
