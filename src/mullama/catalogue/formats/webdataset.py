"""WebDataset: tar files of pairs, `000000000.json` and `000000000.mp3`, the same bytes every time.

The format: https://github.com/webdataset/webdataset (a sample is what shares a name up to its first dot);
stable-audio-tools and others read sets of this kind. Sounds go in as they are.
"""

import io
import json
import tarfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.rows import row
from mullama.catalogue.record import CaptionRecord
from mullama.data.tally import LeftOut, Tally
from mullama.errors import AudioError, UsageError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.safe_paths import safe_name

NAME, SHARD = "webdataset", "captions-{:06d}.tar"
SHARDS = "captions-[0-9][0-9][0-9][0-9][0-9][0-9].tar"


def write_webdataset(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """The shards; those of an earlier, longer run are removed. A sound that is gone is left out."""
    if to.options.sounds == "none":
        raise UsageError("a WebDataset holds its sounds: leave --sounds none away")
    folder, tally = to.folder / NAME, Tally()
    with _Shards(folder, to.options.tar_mib << 20) as shards:
        for record in records:
            try:
                if safe_name(record.path) is None:
                    raise LeftOut("with a name that no file here can have", record.path)
                with to.audio.open(record) as sound:
                    shards.add(record, sound)
            except LeftOut as left:
                tally.leave_out(left)
            except AudioError:
                tally.leave_out(LeftOut("left out, as their sound is gone", record.path))
    for path in set(folder.glob(SHARDS)) - set(shards.written):
        path.unlink()
    for line in tally.lines()[1:]:
        to.warn(f"{NAME}: {line}")
    return shards.written


class _Shards:
    """The tar file that is being written, and those before it. A failure leaves whole files alone."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.written: list[Path] = []
        self._folder, self._max_bytes = folder, max_bytes
        self._open = ExitStack()
        self._tar: tarfile.TarFile | None = None
        self._bytes = self._samples = 0

    def __enter__(self) -> "_Shards":
        return self

    def __exit__(self, *failure: object) -> bool | None:
        return self._open.__exit__(*failure)  # type: ignore[arg-type]

    def add(self, record: CaptionRecord, sound: Path) -> None:
        """Put a pair in, into a new file where this one is full."""
        size = sound.stat().st_size
        if self._tar is None or (self._bytes and self._bytes + size > self._max_bytes):
            self._next()
        key = f"{self._samples:09d}"
        suffix = Path(record.path).suffix.lower() or ".audio"
        text = json.dumps(row(record), ensure_ascii=False).encode(errors="replace")
        self._put(f"{key}.json", io.BytesIO(text), len(text))
        with sound.open("rb") as file:
            self._put(f"{key}{suffix}", file, size)
        self._bytes, self._samples = self._bytes + size, self._samples + 1

    def _next(self) -> None:
        self._open.close()  # which gives the last one its name
        path = self._folder / SHARD.format(len(self.written))
        part = self._open.enter_context(atomic_file(path, parents=True))
        self._tar = self._open.enter_context(tarfile.open(part, "w", format=tarfile.USTAR_FORMAT))  # noqa: SIM115  the stack closes it
        self.written.append(path)
        self._bytes = 0

    def _put(self, name: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)  # of no time and no owner
        member.size = size
        assert self._tar is not None
        self._tar.addfile(member, content)
