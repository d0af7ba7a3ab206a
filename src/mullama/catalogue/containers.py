"""Files of many sounds: zip files, tar files as WebDataset has them, parquet as Hugging Face has it.

Members are read one at a time; nothing is ever written where a member's name says.
"""

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from mullama.data.archive import MAX_BYTES, Archive
from mullama.data.audio_files import AUDIO_SUFFIXES
from mullama.data.formats.parquet import MAX_SOUND_BYTES, leaves, parquet_rows
from mullama.errors import AudioError, UsageError
from mullama.jobs.digest import bytes_digest, chunks_digest, file_digest
from mullama.jobs.safe_paths import safe_name
from mullama.printable import printable
from mullama.registry import Registry

BLOCK_BYTES = 1 << 20
MAX_MEMBERS = 10_000_000


class Container(Protocol):
    """A file of many sounds, opened by its path."""

    def __init__(self, path: Path, /) -> None: ...

    def members(self) -> Iterator[tuple[str, str]]:
        """(name, what `open` and `digest` know it by) of each sound, in the file's order.

        Raises UsageError where the file is damaged or of another form.
        """
        ...

    def digest(self, member: str) -> str:
        """SHA-256 of the sound's bytes. Raises AudioError for a member that cannot be read."""
        ...

    def write(self, member: str, target: Path) -> None:
        """Write the sound's bytes to a new file. Raises AudioError like `digest`."""
        ...


CONTAINERS = Registry[type[Container]](
    "kind of file of many sounds",
    {
        ".zip": "mullama.catalogue.containers:ZipFile",
        ".tar": "mullama.catalogue.containers:TarFile",
        ".parquet": "mullama.catalogue.containers:ParquetFile",
    },
)
"""By the end of the name."""


def is_container(path: Path) -> bool:
    """Whether a file holds many, by its name."""
    return path.suffix.lower() in CONTAINERS


@lru_cache(maxsize=2)
def open_container(path: Path) -> Container:
    """The container of a file that does not change meanwhile. Raises UsageError where it is none."""
    return CONTAINERS.load(path.suffix.lower())(path)


@contextmanager
def unpacked(path: Path, member: str) -> Iterator[Path]:
    """A temporary file with the sound of a member. Raises AudioError."""
    with tempfile.TemporaryDirectory(prefix="mullama-") as folder:
        target = Path(folder) / "sound"
        try:
            open_container(path).write(member, target)
        except UsageError as error:  # the whole container is broken
            raise AudioError(str(error)) from error
        yield target


class ZipFile:
    """A zip file; names that lead astray, encrypted and overly compressed members are refused."""

    def __init__(self, path: Path) -> None:
        self._zip = Archive(path)

    def members(self) -> Iterator[tuple[str, str]]:
        """The sounds by their names' ends."""
        return ((name, name) for name in self._zip.names() if _is_sound(name))

    def digest(self, member: str) -> str:
        """Of the unpacked bytes."""
        with tempfile.TemporaryDirectory(prefix="mullama-") as folder:
            self.write(member, target := Path(folder) / "sound")
            return file_digest(target, error_type=AudioError)

    def write(self, member: str, target: Path) -> None:
        """As `Archive.unpack`."""
        if member not in self._zip:
            raise AudioError(f"{printable(member)}: is not in {self._zip.path} any more")
        self._zip.unpack(member, target)


class TarFile:
    """An uncompressed tar file; a member is known by its place, so that none is searched for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def members(self) -> Iterator[tuple[str, str]]:
        """The sounds by their names' ends; links and devices are passed over."""
        try:
            with tarfile.open(self.path, "r:") as tar:
                for number, info in enumerate(tar):
                    tar.members = []  # type: ignore[attr-defined]  # it would remember them all
                    safe = safe_name(info.name)
                    if number > MAX_MEMBERS:
                        raise UsageError(f"{self.path} has more than {MAX_MEMBERS} members")
                    if info.isreg() and safe is not None and _is_sound(info.name):
                        yield str(safe), f"{info.offset_data}:{info.size}"
        except (tarfile.TarError, OSError, ValueError) as error:
            raise UsageError(
                f"{self.path} cannot be read as an uncompressed tar file: {error}"
            ) from error

    def digest(self, member: str) -> str:
        """Of the member's bytes."""
        return chunks_digest(self._chunks(member))

    def write(self, member: str, target: Path) -> None:
        """The member's bytes as they are."""
        with target.open("wb") as file:
            for chunk in self._chunks(member):
                file.write(chunk)

    def _chunks(self, member: str) -> Iterator[bytes]:
        begin, size = map(int, member.split(":"))
        if size > MAX_BYTES:
            raise AudioError(f"has more than {MAX_BYTES:,} bytes")
        try:
            with self.path.open("rb") as file:
                file.seek(begin)
                while size > 0:
                    chunk = file.read(min(size, BLOCK_BYTES))
                    if not chunk:
                        raise AudioError(f"{self.path} ends before the sound does")
                    size -= len(chunk)
                    yield chunk
        except OSError as error:
            raise AudioError(f"{self.path} cannot be read: {error.strerror}") from error


class ParquetFile:
    """A table with a column `audio` of bytes and a name; a member is known by its row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: Iterator[tuple[int, bytes | None]] = iter(())
        self._next = -1

    def members(self) -> Iterator[tuple[str, str]]:
        """Every row, by the name in it or by its number."""
        met = set[str]()
        for number, (_, row) in enumerate(parquet_rows(self.path, self._names)):
            audio = row.get("audio")
            name = audio.get("path") if isinstance(audio, dict) else None
            safe = safe_name(name) if isinstance(name, str) and name else None
            text = str(safe) if safe is not None else f"{number:08d}"
            if text in met:
                text = f"{number:08d}-{PurePosixPath(text).name}"
            met.add(text)
            yield text, str(number)

    def digest(self, member: str) -> str:
        """Of the row's bytes."""
        return bytes_digest(self._sound(int(member)))

    def write(self, member: str, target: Path) -> None:
        """The row's bytes as they are."""
        target.write_bytes(self._sound(int(member)))

    def _sound(self, wanted: int) -> bytes:
        """Rows are read one after the other; an earlier one begins anew."""
        if wanted < self._next or self._next < 0:
            self._rows, self._next = enumerate(self._sounds()), 0
        for number, sound in self._rows:
            self._next = number + 1
            if number == wanted:
                if not sound:
                    raise AudioError(f"{self.path}, row {wanted}: has no sound in it")
                if len(sound) > MAX_SOUND_BYTES:
                    raise AudioError(
                        f"{self.path}, row {wanted}: has more than {MAX_SOUND_BYTES:,} bytes"
                    )
                return sound
        raise AudioError(f"{self.path} has no row {wanted} any more")

    def _sounds(self) -> Iterator[bytes | None]:
        for _, row in parquet_rows(self.path, self._bytes):
            audio = row.get("audio")
            sound = audio.get("bytes") if isinstance(audio, dict) else None
            yield sound if isinstance(sound, bytes) else None

    def _names(self, file: Any) -> list[str]:
        found = leaves(file, ["audio"])
        if "audio.bytes" not in found:
            raise UsageError(f"{self.path}: no column 'audio' with bytes")
        return [leaf for leaf in found if leaf != "audio.bytes"] or ["audio.bytes"]

    def _bytes(self, file: Any) -> list[str]:
        return [leaf for leaf in leaves(file, ["audio"]) if leaf == "audio.bytes"]


def _is_sound(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and path.suffix.lower() in AUDIO_SUFFIXES
