"""mullama in beets: `beet mullama [-n] [-u] [-f] QUERY` hears what a library holds and tags its files.

The same tags as `mullama catalogue --write-tags`, by the same rules; the library's fields follow the file's.
beets finds it as `beetsplug.mullama`; torch comes with the first song that is heard.
"""

import optparse
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beets import ui
from beets.importer import ImportSession, ImportTask
from beets.library import Item, Library
from beets.plugins import BeetsPlugin

from mullama.catalogue.caption_options import TextOptions
from mullama.catalogue.record import CaptionRecord
from mullama.catalogue.tags.containers import MODEL, opener
from mullama.catalogue.tags.plan import Change
from mullama.catalogue.tags.tag_writer import TagWriter
from mullama.errors import AudioError, MuLlamaError
from mullama.jobs.digest import file_digest
from mullama.load_options import LoadOptions
from mullama.options import from_mapping, options_of
from mullama.printable import printable

if TYPE_CHECKING:
    from mullama.catalogue.compose import Maker
    from mullama.engine import Engine

SONGS = 8
"""Songs that are asked about together."""
COLUMNS = {
    "tempo": "bpm",
    "key": "initial_key",
    "mood": "mood",
    "genre": "genres",
    "comment": "comments",
}
"""Our field -> the library's; `mood` is a flexible one there."""


class TaggingPlugin(BeetsPlugin):  # type: ignore[misc]
    """The command, and the hook of imports, which is off unless `mullama.auto` is yes."""

    def __init__(self) -> None:
        super().__init__()
        loading = dict.fromkeys(options_of(LoadOptions))  # each may be set, none has to be
        self.config.add({"auto": False, "min_confidence": 0.0, **loading})
        self._model: tuple[Engine, Maker] | None = None
        if self.config["auto"].get(bool):
            self.import_stages = [self.imported]

    def commands(self) -> list[ui.Subcommand]:
        """Asked for by beets."""
        command = ui.Subcommand(
            "mullama", help="hear music, and put tempo, key, mood ... into its tags"
        )
        for flags, name, what in (
            (("-n", "--pretend"), "pretend", "show what would be done, and do nothing"),
            (("-u", "--undo"), "undo", "take our tags out again"),
            (("-f", "--force"), "force", "hear again what this model has heard"),
        ):
            command.parser.add_option(
                *flags, dest=name, action="store_true", default=False, help=what
            )
        command.func = self.run
        return [command]

    def run(self, library: Library, options: optparse.Values, words: list[str]) -> None:
        """Tag what the query finds, or take tags out. Raises beets' UserError for what stops all."""
        items = library.items(words)
        try:
            self.tag(items, apply=not options.pretend, undo=options.undo, force=options.force)
        except MuLlamaError as error:
            raise ui.UserError(printable(str(error))) from error

    def imported(self, session: ImportSession, task: ImportTask) -> None:
        """Tag what an import has brought; its failure does not stop the import."""
        try:
            self.tag(task.imported_items(), apply=True)
        except MuLlamaError as error:
            self._log.error("{}", printable(str(error)))

    def tag(
        self, items: Iterable[Item], *, apply: bool, undo: bool = False, force: bool = False
    ) -> None:
        """Go through the items; a file that cannot be tagged is told and passed over."""
        writer = TagWriter(apply=apply, show=ui.print_)
        if undo:
            for item in items:
                self._guard(writer, item, partial(writer.undo, _path(item)))
        else:
            for item, record in self._heard(writer, items, force=force):
                self._guard(
                    writer,
                    item,
                    partial(writer.write, _path(item), record, _own(item)),
                )
        self._log.info("{}", writer.report.line())

    def _guard(self, writer: TagWriter, item: Item, act: Callable[[], tuple[Change, ...]]) -> None:
        try:
            changes = act()
        except AudioError as error:
            self._fail(writer, error)
            return
        if writer.report.applied:
            _follow(item, changes)

    def _fail(self, writer: TagWriter, error: MuLlamaError) -> None:
        writer.report.failed += 1
        self._log.error("{}", printable(str(error)))

    def _heard(
        self, writer: TagWriter, items: Iterable[Item], *, force: bool
    ) -> Iterator[tuple[Item, CaptionRecord]]:
        """What the model says of each item that it has not heard, some at a time."""
        from mullama.catalogue.compose import compose
        from mullama.catalogue.describe import describe
        from mullama.catalogue.questions import all_questions

        left = iter(items)
        while some := list(islice(left, SONGS)):
            new = {}
            for item in some:
                try:
                    if force or not self._is_known(_path(item)):
                        new[file_digest(_path(item), error_type=AudioError)] = item
                    else:
                        writer.report.unchanged += 1
                except AudioError as error:
                    self._fail(writer, error)
            if not new:
                continue
            engine, maker = self._open()
            options = TextOptions(min_confidence=self.config["min_confidence"].get(float))
            sounds = [(_path(item), digest) for digest, item in new.items()]
            for heard in describe(engine, sounds, all_questions({})):
                item = new[heard.digest]
                if heard.failed:
                    self._fail(writer, AudioError(f"{_path(item)}: {heard.failed}"))
                else:
                    yield item, compose(_path(item).name, heard, options, maker)

    def _is_known(self, path: Path) -> bool:
        """Whether this model's tags are in a file."""
        return opener(path)(path).read(MODEL) == [self._open()[1].model]

    def _open(self) -> "tuple[Engine, Maker]":
        """The model, opened once."""
        if self._model is None:
            from mullama.catalogue.maker import maker_of
            from mullama.engine import Engine
            from mullama.open_model import open_model

            asked = {name: self.config[name].get() for name in options_of(LoadOptions)}
            options = from_mapping(LoadOptions, {n: v for n, v in asked.items() if v is not None})
            self._model = Engine(open_model(options)), maker_of(options)
        return self._model


def _path(item: Item) -> Path:
    return Path(item.filepath)


def _own(item: Item) -> frozenset[str]:
    """Fields that the library says something about: they may not be in the file yet."""
    return frozenset(name for name, column in COLUMNS.items() if item.get(column))


def _follow(item: Item, changes: Iterable[Change]) -> None:
    """Let the library's fields be as the file's now are."""
    for change in changes:
        column = COLUMNS[change.name]
        if change.action == "write":
            value: Any = int(change.new) if change.name == "tempo" else change.new
            item[column] = [change.new] if column == "genres" else value
        elif change.action == "remove" and column in Item._fields:
            item[column] = Item._type(column).null
        elif change.action == "remove" and column in item:
            del item[column]
    if changes:
        item.mtime = item.current_mtime()
        item.store()
