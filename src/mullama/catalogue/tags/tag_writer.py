"""Records -> tags in the files they are about, one file after another; one that fails stops none.

By default nothing is written, and all that would be is shown. Does not know where records come from.
"""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mullama.catalogue.formats.caption_format import AudioRoot
from mullama.catalogue.record import CaptionRecord
from mullama.catalogue.tags.containers import OURS, Tags, guarded, opener
from mullama.catalogue.tags.plan import Change, Plan, plan, plan_undo
from mullama.catalogue.tags.provenance import read_provenance
from mullama.catalogue.tags.replace_file import replace_file
from mullama.catalogue.tags.wanted import wanted
from mullama.errors import AudioError
from mullama.jobs.digest import file_digest
from mullama.jobs.safe_paths import safe_name
from mullama.printable import printable

HEADER = ("file", "field", "now", "new", "")
MAX_SHOWN = 60
"""Characters of a text in the table."""
WORDS = {"write": "write", "remove": "remove", "same": "as it is", "keep": "yours, kept"}


@dataclass
class TagReport:
    """What became of the files."""

    applied: bool = False
    changed: int = 0
    unchanged: int = 0
    failed: int = 0

    @property
    def exit_code(self) -> int:
        """0: all well; 1: some failed; 2: all did."""
        if not self.failed:
            return 0
        return 1 if self.changed or self.unchanged else 2

    def line(self) -> str:
        """The summary."""
        done = (
            "files changed"
            if self.applied
            else "files would change (nothing is written without --apply)"
        )
        return f"{self.changed} {done}, {self.unchanged} as they were, {self.failed} failed"


def _ignore(*_: object) -> None:
    pass


class TagWriter:
    """Writes, or shows what would be written."""

    def __init__(
        self,
        *,
        apply: bool = False,
        show: Callable[[str], None] = _ignore,
        on_failure: Callable[[str], None] = _ignore,
        on_tagged: Callable[[str, str], None] | None = None,
    ) -> None:
        """`show` is given the table by lines, `on_failure` why a file stays as it is.

        `on_tagged` is told of each file that was changed: its digest before, and now.
        """
        self.report = TagReport(applied=apply)
        self._show, self._on_failure, self._on_tagged = show, on_failure, on_tagged

    def write_all(self, records: Iterable[CaptionRecord], audio: AudioRoot) -> TagReport:
        """Tag the files of records; what lies in an archive cannot be. Raises MissingExtraError."""
        for record in records:
            self._guard(partial(self._write_one, record, audio))
        return self.report

    def undo_all(self, paths: Iterable[Path]) -> TagReport:
        """Take our tags out of files. Raises MissingExtraError."""
        for path in paths:
            self._guard(partial(self.undo, path))
        return self.report

    def write(
        self, path: Path, record: CaptionRecord, own: Set[str] = frozenset()
    ) -> tuple[Change, ...]:
        """Tag one file; raises AudioError.

        `own` are fields that the user has in another place, and that are written only where the file
        has our own text.
        """
        open_tags = opener(path)
        tags = open_tags(path)
        if (
            read_provenance(tags.read(OURS)).sound
            != record.digest
            != file_digest(path, error_type=AudioError)
        ):
            raise AudioError(
                f"{printable(path)}: is not the file that was heard, or has changed since: hear it again"
            )
        made = plan(tags, wanted(record), sound=record.digest, model=record.model, own=own)
        self._do(path, open_tags, made)
        return made.changes

    def undo(self, path: Path) -> tuple[Change, ...]:
        """Take our tags out of one file; raises AudioError."""
        open_tags = opener(path)
        made = plan_undo(open_tags(path))
        self._do(path, open_tags, made)
        return made.changes

    def _write_one(self, record: CaptionRecord, audio: AudioRoot) -> None:
        self.write(_file(record, audio), record)

    def _do(self, path: Path, open_tags: Callable[[Path], Tags], made: Plan) -> None:
        for change in made.changes:
            if not made.idle or change.action == "keep":
                self._show(_line(path, change))
        if made.idle:
            self.report.unchanged += 1
            return

        def change_copy(part: Path) -> None:
            tags = open_tags(part)
            made.carry_out(tags)
            guarded(part, tags.save)

        if self.report.applied:
            before = file_digest(path, error_type=AudioError) if self._on_tagged else ""
            replace_file(path, change_copy)
            if self._on_tagged:
                self._on_tagged(before, file_digest(path, error_type=AudioError))
        self.report.changed += 1

    def _guard(self, act: Callable[[], object]) -> None:
        try:
            act()
        except AudioError as error:
            self.report.failed += 1
            self._on_failure(str(error))


def _file(record: CaptionRecord, audio: AudioRoot) -> Path:
    path = audio.file(record) if safe_name(record.path) is not None else None
    if path is None:
        raise AudioError(f"{printable(record.path)}: is no file of its own that is there")
    return path


def _line(path: Path, change: Change) -> str:
    cells = (path.name, change.name, change.now or "-", change.new or "-", WORDS[change.action])
    return "\t".join(_short(cell) for cell in cells)


def _short(text: str) -> str:
    text = printable(text)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."
