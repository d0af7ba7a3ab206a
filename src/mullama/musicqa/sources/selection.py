"""A collection's name, its place and options -> the descriptions that are wanted, counted.

Here are the rules that hold for every collection: audio that is absent, ids that are held out,
ids that come twice. Does not know how any collection is stored.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from mullama.data.tally import HELD_OUT, NO_AUDIO, TWICE, LeftOut, Tally
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.collection import Source
from mullama.musicqa.sources.folder import Folder
from mullama.musicqa.sources.jamendo import Jamendo
from mullama.musicqa.sources.magnatagatune import MagnaTagATune
from mullama.musicqa.sources.musiccaps import MusicCaps
from mullama.musicqa.sources.source_options import SourceOptions, read_ids
from mullama.musicqa.sources.studio import StudioSource

SOURCES: dict[str, type[Source]] = {
    source.name: source for source in (MusicCaps, MagnaTagATune, Jamendo, Folder, StudioSource)
}
"""Name -> collection. The only list of them."""


class Selection:
    """The wanted descriptions of one collection; iterate as often as you like.

    `tally` counts the latest pass; `notice(reason, row)` is told of every row that is left out.
    Raises UsageError for an unknown collection or one that does not lie at `path`.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        options: SourceOptions | None = None,
        notice: Callable[[str, str], None] | None = None,
    ) -> None:
        if name not in SOURCES:
            raise UsageError(f"no source is called {name!r}; there are: {', '.join(SOURCES)}")
        self.options = options if options is not None else SourceOptions()
        self.source = SOURCES[name](path, self.options)
        self.tally = Tally(notice)
        self._notice = notice

    def __iter__(self) -> Iterator[Description]:
        self.tally = tally = Tally(self._notice)
        seen: set[str] = set()
        for description in self.source.descriptions(tally):
            try:
                self._require_wanted(description, seen)
            except LeftOut as left:
                tally.leave_out(left)
                continue
            seen.add(description.id)
            tally.described += 1
            yield description

    def _require_wanted(self, description: Description, seen: set[str]) -> None:
        if description.id in self.options.held_out:
            raise LeftOut(HELD_OUT, description.id)
        if description.id in seen:
            raise LeftOut(TWICE, description.id)
        if description.audio is None and not self.options.include_missing_audio:
            raise LeftOut(NO_AUDIO, description.id)


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Which collection, and what of it."""
    parser.add_argument("source", choices=sorted(SOURCES), metavar="SOURCE",
        help=f"what kind of collection: {', '.join(sorted(SOURCES))}")  # fmt: skip
    parser.add_argument("path", type=Path, metavar="PATH",
        help="its table or its folder; for the studio, where its clips go")  # fmt: skip
    wanted = parser.add_argument_group("which clips")
    wanted.add_argument("--include-missing-audio", action="store_true",
        help="also clips whose audio is absent (default: they are counted)")  # fmt: skip
    wanted.add_argument("--hold-out", action="append", type=Path, default=[], metavar="FILE",
        help="ids that are left out, one a line; may be given again")  # fmt: skip
    wanted.add_argument("--hold-out-evaluation", action="store_true",
        help="leave out the evaluation part that MusicCaps marks")  # fmt: skip
    studio = parser.add_argument_group("the studio's clips")
    studio.add_argument("--clips", type=int, default=SourceOptions.clips, metavar="N",
        help=f"how many (default: {SourceOptions.clips})")  # fmt: skip
    studio.add_argument("--purpose", default=SourceOptions.purpose, metavar="NAME",
        help=f"whose seeds: encoder, answers, validation, ... (default: {SourceOptions.purpose})")  # fmt: skip
    studio.add_argument("--seconds", type=float, default=SourceOptions.seconds, metavar="S",
        help=f"their length (default: {SourceOptions.seconds:g})")  # fmt: skip
    studio.add_argument("--no-wav", action="store_true",
        help="descriptions only; with --include-missing-audio")  # fmt: skip


def select(
    arguments: argparse.Namespace, notice: Callable[[str, str], None] | None = None
) -> Selection:
    """The selection that the arguments of `add_source_arguments` ask for."""
    options = SourceOptions(
        include_missing_audio=arguments.include_missing_audio,
        held_out=frozenset[str]().union(*map(read_ids, arguments.hold_out)),
        hold_out_evaluation=arguments.hold_out_evaluation,
        clips=arguments.clips,
        purpose=arguments.purpose,
        seconds=arguments.seconds,
        render=not arguments.no_wav,
    )
    return Selection(arguments.source, arguments.path, options, notice)
