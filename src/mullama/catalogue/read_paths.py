"""Folders, lists, archives and files -> the sounds in them by name, in a set order.

Nothing is read but names. A record's path is relative: below the one folder or archive that is given,
or below the folder that all that is given lies in. Links to folders are not followed, so that none
leads round in circles.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from mullama.catalogue.containers import is_container, open_container, unpacked
from mullama.catalogue.failures import cause_without_place
from mullama.catalogue.record import CaptionRecord
from mullama.catalogue.sounds import Listed, Place
from mullama.data.audio import AudioResolver
from mullama.data.audio_files import AUDIO_SUFFIXES, audio_files
from mullama.data.records import Clip
from mullama.data.tables import Table, bounded_lines, json_rows, open_text
from mullama.data.tally import Tally
from mullama.errors import AudioError, UsageError
from mullama.jobs.safe_paths import safe_name
from mullama.listen.audio.open_audio import regular_file
from mullama.printable import printable

LISTS = (".txt", ".m3u", ".m3u8", ".jsonl", ".csv")
SETS = (".tar", ".parquet")
"""Files of many that are looked for in folders; a zip file there may be anything, and has to be named."""
PACKED_TARS = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")
"""No member of these is found without unpacking all before it: they are told, not read."""
LIST_COLUMNS = ("path", "file_name", "audio", "file")
"""Where a line of JSONL or CSV has its file's name; Hugging Face's audiofolder calls it file_name."""


class Listing:
    """What was given on the command line. Raises UsageError for what is not there."""

    def __init__(
        self, paths: Sequence[Path], audio: Sequence[Path] = (), *, without: Path | None = None
    ) -> None:
        """`audio` are folders where else a list's files may lie; the folder `without` is passed over.

        It may hold the folders that are given, but be none of them.
        """
        self._without = None if without is None else _absolute(without)
        self.paths, self.audio = list(paths), tuple(audio)
        for path in self.paths:
            if not path.exists():
                raise UsageError(f"{printable(path)}: no such file or folder")
            if _absolute(path) == self._without:
                raise UsageError(f"{printable(path)} is where the music lies: choose another --out")
        self.root = _root([*self.paths, *self.audio])
        """What records' paths are relative to: a folder, or the only archive."""

    def __iter__(self) -> Iterator[Listed]:
        for path in self.paths:
            if path.is_dir():
                yield from self._folder(path)
            elif path.suffix.lower() in LISTS:
                yield from self._list(path)
            else:
                yield from self._file(path)

    def count(self) -> int:
        """How many sounds there are; walks through all names."""
        return sum(1 for _ in self)

    def place(self, record: CaptionRecord) -> Place:
        """Where the sound of a record lies; raises AudioError where it does not, or not below the root."""
        if safe_name(record.path) is None:
            raise AudioError(f"{printable(record.path)}: is no name of a file below {self.root}")
        if not self.root.is_dir():
            return _member(self.root, record.path)
        path = self.root / record.path
        if path.exists():
            return Place(path)
        for parent in path.parents:
            if parent.is_file() and is_container(parent):
                return _member(parent, path.relative_to(parent).as_posix())
        raise AudioError(f"{printable(record.path)}: no such file below {self.root} any more")

    def file(self, record: CaptionRecord, /) -> Path | None:
        """See AudioRoot."""
        place = self.place(record)
        return None if place.member else place.file

    @contextmanager
    def open(self, record: CaptionRecord, /) -> Iterator[Path]:
        """See AudioRoot."""
        with opened(self.place(record)) as path:
            yield path

    def _folder(self, folder: Path) -> Iterator[Listed]:
        packed = {Path(name).suffix for name in PACKED_TARS}
        without = self._without
        if without is not None and _absolute(folder).is_relative_to(without):
            without = None
        for path in audio_files(folder, (*AUDIO_SUFFIXES, *SETS, *packed)):
            if path.suffix.lower() in packed and not _is_packed_tar(path):
                continue
            if without is None or not _absolute(path).is_relative_to(without):
                yield from self._file(path)

    def _file(self, path: Path) -> Iterator[Listed]:
        if _is_packed_tar(path):
            yield Listed(self._relative(path), None, "it is a compressed tar file")
            return
        sound = self._sound(path)
        if sound.place is None or not is_container(path):
            yield sound
            return
        inside = "" if path == self.root else f"{self._relative(path)}/"
        try:
            for name, member in open_container(path).members():
                yield Listed(f"{inside}{name}", Place(path, member))
        except UsageError as error:
            yield Listed(self._relative(path), None, cause_without_place(error, path))

    def _list(self, path: Path) -> Iterator[Listed]:
        with AudioResolver(self.audio) as resolver:
            for name in _names(path):
                try:
                    yield self._sound(resolver.lasting(resolver.find(Clip(audio=name), path)))
                except AudioError as error:
                    yield Listed(name, None, str(error))

    def _sound(self, path: Path) -> Listed:
        try:
            regular_file(path)
        except AudioError as error:
            return Listed(self._relative(path), None, cause_without_place(error, path))
        return Listed(self._relative(path), Place(path))

    def _relative(self, path: Path) -> str:
        if path == self.root:
            return path.name
        return Path(os.path.relpath(path, self.root)).as_posix()


@contextmanager
def opened(place: Place) -> Iterator[Path]:
    """A file with the sound, while it is needed. Raises AudioError."""
    if not place.member:
        yield place.file
        return
    with unpacked(*place) as path:
        yield path


def _member(container: Path, name: str) -> Place:
    member = _members(container).get(name)
    if member is None:
        raise AudioError(f"{printable(name)}: is not in {container} any more")
    return Place(container, member)


@lru_cache(maxsize=2)
def _members(container: Path) -> dict[str, str]:
    return dict(open_container(container).members())


def _is_packed_tar(path: Path) -> bool:
    return path.name.lower().endswith(PACKED_TARS)


def _root(paths: Sequence[Path]) -> Path:
    if len(paths) == 1 and is_container(paths[0]) and paths[0].is_file():
        return paths[0]
    folders = [path if path.is_dir() else path.parent for path in paths]
    if len(folders) == 1:
        return folders[0]
    return Path(os.path.commonpath([folder.absolute() for folder in folders]))


def _names(path: Path) -> Iterator[str]:
    """The names in a list, in order."""
    kind = path.suffix.lower()
    if kind in (".jsonl", ".csv"):
        rows = json_rows(path, Tally()) if kind == ".jsonl" else _named_table(path).rows(Tally())
        for row in rows:
            name = next((row.cells[c] for c in LIST_COLUMNS if row.cells.get(c)), None)
            yield name if isinstance(name, str) else f"line {row.line}"
        return
    with open_text(path) as file:
        for line in bounded_lines(file, path):
            if (name := line.strip()) and not name.startswith("#"):
                yield name


def _named_table(path: Path) -> Table:
    table = Table(path, ())
    if not set(LIST_COLUMNS) & set(table.columns):
        raise UsageError(f"{path}, line 1: no column {' or '.join(LIST_COLUMNS)} with files' names")
    return table


def _absolute(path: Path) -> Path:
    """Without `..`, links as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
