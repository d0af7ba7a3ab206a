"""A collection's name, its place and options -> the descriptions that are wanted, counted.

Here are the rules that hold for every collection: audio that is absent, ids that are held out,
ids that come twice, texts that are too long. Does not know how any collection is stored.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from mullama.data.tally import HELD_OUT, NO_AUDIO, TWICE, LeftOut, Tally
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.source import Source
from mullama.musicqa.sources.source_options import SourceOptions
from mullama.registry import Registry

SOURCES = Registry[type[Source]](
    "source",
    {
        "musiccaps": "mullama.musicqa.sources.musiccaps:MusicCaps",
        "magnatagatune": "mullama.musicqa.sources.magnatagatune:MagnaTagATune",
        "jamendo": "mullama.musicqa.sources.jamendo:Jamendo",
        "folder": "mullama.musicqa.sources.folder:Folder",
        "studio": "mullama.musicqa.sources.studio:StudioSource",
    },
    entry_points="mullama.sources",
)
MAX_CHARACTERS = 20_000
"""Of a description with its id. Writers read less, and a clip with its pairs must fit into a line."""
TOO_LONG = f"of more than {MAX_CHARACTERS:,} characters"


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
        self.options = options if options is not None else SourceOptions()
        self.source = SOURCES.load(name)(path, self.options)
        self.tally = Tally(notice)
        self._notice = notice
        self._held_out = self.options.held_out()

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
        if len(description.id) + len(description.text) > MAX_CHARACTERS:
            raise LeftOut(TOO_LONG, description.id[:80])
        if description.id in self._held_out:
            raise LeftOut(HELD_OUT, description.id)
        if description.id in seen:
            raise LeftOut(TWICE, description.id)
        if description.audio is None and not self.options.include_missing_audio:
            raise LeftOut(NO_AUDIO, description.id)
