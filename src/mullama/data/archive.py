"""A zip file of audio -> its members by name, one at a time, without unpacking the rest.

Made for the published `audios.zip` (36.5 GB). Names that lead astray, encrypted, oversized and
overly compressed members are refused; nothing is ever written where a member's name says. Does not
know pairs.
"""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mullama.errors import AudioError, UsageError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.digest import stable_digest
from mullama.jobs.safe_paths import safe_name

MAX_BYTES = 1 << 30
"""Of a member, unpacked: a clip of an hour and a half in CD quality."""
MAX_RATIO, ANY_RATIO_BYTES = 100, 16 << 20
"""A member that unpacks to so many times its size is a bomb, unless it stays small: silence is empty."""
BLOCK_BYTES = 1 << 20
ENCRYPTED = 0x1
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What the zip module raises over damaged, encrypted or unknown kinds of members."""


class Archive:
    """An open zip file; raises UsageError where it is none."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self._changed_ns = path.stat().st_mtime_ns
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise UsageError(f"{path} cannot be read as a zip file: {error}") from error
        self.path = path
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            safe = safe_name(info.filename)
            if safe is not None and not info.is_dir():
                self._members[str(safe)] = info
        self._by_file_name: dict[str, str | None] = {}
        for name in self._members:
            file = PurePosixPath(name).name
            self._by_file_name[file] = None if file in self._by_file_name else name

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def names(self) -> list[str]:
        """The members that may be read, by their whole names, in the archive's order."""
        return list(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def by_file_name(self, file: str) -> str | None:
        """The whole name of the only member whose file is called so; None where there is none."""
        return self._by_file_name.get(file)

    def key(self, name: str) -> str:
        """What is another one as soon as the member is."""
        info = self._members[name]
        place = str(self.path.resolve()), self._changed_ns
        return stable_digest([*place, name, info.CRC, info.file_size])

    def unpack(self, name: str, target: Path) -> None:
        """Write a member's bytes to `target`, whole or not at all, a block at a time.

        Raises AudioError where it is damaged, encrypted or too large, UsageError where the disk
        refuses.
        """
        info = self._members[name]
        where = f"{name} in {self.path}"
        if info.flag_bits & ENCRYPTED:
            raise AudioError(f"{where}: is encrypted")
        if info.file_size > MAX_BYTES:
            raise AudioError(f"{where}: unpacks to more than {MAX_BYTES:,} bytes")
        if info.file_size > max(ANY_RATIO_BYTES, MAX_RATIO * info.compress_size):
            raise AudioError(f"{where}: unpacks to more than {MAX_RATIO} times its size")
        with atomic_file(target, parents=True) as part, part.open("wb") as file:
            for block in self._blocks(info, where):
                file.write(block)

    def _blocks(self, info: zipfile.ZipInfo, where: str) -> Iterator[bytes]:
        """The member's bytes, never more than it states; what goes wrong is not the target's fault."""
        try:
            with self._zip.open(info) as member:
                while block := member.read(BLOCK_BYTES):
                    yield block
        except BROKEN as error:
            raise AudioError(f"{where}: cannot be unpacked ({error})") from error
