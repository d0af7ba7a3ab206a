"""A zip file of audio -> its members by name, one at a time, without unpacking the rest.

Made for the published `audios.zip` (36.5 GB). Names that lead astray, encrypted and oversized
members are refused; nothing is ever written where a member's name says. Does not know pairs.
"""

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from mullama.errors import AudioError, UsageError
from mullama.jobs.safe_paths import safe_name

MAX_MEMBER = 1 << 30
"""Bytes, unpacked: a clip of an hour and a half in CD quality."""
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
        except (OSError, zipfile.BadZipFile) as error:
            raise UsageError(f"{path} cannot be read as a zip file: {error}") from error
        self.path = path
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            safe = safe_name(info.filename)
            if safe is not None and not info.is_dir():
                self._members[str(safe)] = info
        self._by_file_name: dict[str, zipfile.ZipInfo | None] = {}
        for name, info in self._members.items():
            file = PurePosixPath(name).name
            self._by_file_name[file] = None if file in self._by_file_name else info

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def names(self) -> list[str]:
        """The members that may be read, by their whole names, in the archive's order."""
        return list(self._members)

    def __contains__(self, name: str) -> bool:
        return self._info(name) is not None

    def read(self, name: str) -> bytes:
        """A member's bytes, by its whole name or, where only one has it, its file name.

        Raises AudioError where there is none, or it is damaged, encrypted or too large.
        """
        info = self._info(name)
        where = f"{name} in {self.path}"
        if info is None:
            raise AudioError(f"{where}: no such member")
        if info.flag_bits & ENCRYPTED:
            raise AudioError(f"{where}: is encrypted")
        if info.file_size > MAX_MEMBER:
            raise AudioError(f"{where}: unpacks to more than {MAX_MEMBER:,} bytes")
        try:
            with self._zip.open(info) as file:
                return file.read(MAX_MEMBER)  # the stated size may be a lie
        except BROKEN as error:
            raise AudioError(f"{where}: cannot be unpacked ({error})") from error

    def _info(self, name: str) -> zipfile.ZipInfo | None:
        found = self._members.get(name)
        return found if found is not None else self._by_file_name.get(PurePosixPath(name).name)
