"""Records -> the sounds in a format's own folder, under the names they were listed by, with files beside them.

Trainers look for `x.json` or `x.txt` beside `x.mp3`. So that nothing is put among the user's music, the
sounds are linked (or copied) into a folder of the format's name, and the texts lie there; `beside` is for
those who want it otherwise. Does not know what is in a file.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.place_audio import place_audio
from mullama.catalogue.record import CaptionRecord
from mullama.data.tally import LeftOut, Tally
from mullama.errors import AudioError
from mullama.jobs.atomic import write_bytes
from mullama.jobs.digest import text_number
from mullama.jobs.safe_paths import safe_name

FLAT = "__"
"""In the place of `/`, for trainers that look into one folder only."""


class Sidecars:
    """One format's folder; `suffixes` are what its files beside a sound end in."""

    def __init__(
        self, name: str, to: Destination, suffixes: tuple[str, ...], *, flat: bool = False
    ) -> None:
        self.name, self.folder = name, to.folder / name
        self._to, self._suffixes, self._flat = to, suffixes, flat
        self._taken: set[int] = set()
        self._tally = Tally()

    def placed(self, records: Iterable[CaptionRecord]) -> Iterator[tuple[CaptionRecord, Path]]:
        """Each record, with the place where its sound lies for the trainer.

        A record is left out whose name leads out of the folder, whose files another one has already
        (`a.mp3` and `a.flac` have one `a.json`), or whose sound is gone; at the end a line says so.
        Raises UsageError where the disk refuses.
        """
        for record in records:
            try:
                place = self._place(record)
            except LeftOut as left:
                self._tally.leave_out(left)
            else:
                yield record, place
        self._tell()

    def write(self, sound: Path, suffix: str, text: str) -> None:
        """Write `suffix`'s file beside a sound. Beside the user's own, what is there stays."""
        path = Path(stem(sound) + suffix)
        data = text.encode(errors="replace")
        if path.is_file():
            if path.read_bytes() == data:
                return
            if self._to.options.beside:
                self._tally.leave_out(LeftOut("files that were there already stay", str(path)))
                return
        write_bytes(path, data, parents=True)

    def note(self, reason: str, record: CaptionRecord) -> None:
        """Count something that whoever trains should know of a record; told at the end."""
        self._tally.leave_out(LeftOut(reason, record.path))

    def _place(self, record: CaptionRecord) -> Path:
        name = record.path.replace("/", FLAT) if self._flat else record.path
        names = [safe_name(stem(name) + suffix) for suffix in ("", *self._suffixes)]
        safe = safe_name(name)
        if safe is None or safe_name(record.path) is None or None in names:
            raise LeftOut("with a name that no file here can have", record.path)
        place = self._own(record) if self._to.options.beside else self.folder / safe
        key = text_number(stem(place))
        if key in self._taken:
            raise LeftOut("left out, as another one has the names of its files", record.path)
        self._taken.add(key)
        if not self._to.options.beside:
            try:
                place_audio(record, place, self._to)
            except AudioError as error:
                raise LeftOut("left out, as their sound is gone", record.path) from error
        return place

    def _own(self, record: CaptionRecord) -> Path:
        with suppress(AudioError):
            place = self._to.audio.file(record)
            if place is not None and place.is_file():
                return place
        raise LeftOut("left out, as no file of their own is there", record.path)

    def _tell(self) -> None:
        for line in self._tally.lines()[1:]:  # the first counts what was not left out
            self._to.warn(f"{self.name}: {line}")


def stem(path: str | Path) -> str:
    """A name without its last suffix, as trainers take it: `os.path.splitext`."""
    return os.path.splitext(path)[0]  # noqa: PTH122  a pathlib stem has no folder, with_suffix no ""


def number(value: float) -> int | float:
    """120.0 as 120."""
    return int(value) if value == int(value) else value


def beats(metre: str) -> str:
    """How many beats a bar has: "3" of "3/4", as ACE-Step's trainers write a time signature."""
    return metre.partition("/")[0]
