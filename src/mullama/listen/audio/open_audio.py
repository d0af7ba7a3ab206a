"""A path or an array -> a source: one pass over its samples, with what is known beforehand.

Looks at the file itself and at its first bytes, never at its name; refuses what is no file on this
machine. Does not know the wanted rate, nor what the samples are for.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from mullama.errors import AudioError
from mullama.listen.audio.containers import ContainerSource
from mullama.listen.audio.continued import ContinuedSource
from mullama.listen.audio.samples import Frames
from mullama.listen.audio.soundfiles import is_ogg_opus, is_soundfile
from mullama.printable import printable

HEAD_BYTES = 64
"""Enough of a file to tell its format."""


@runtime_checkable
class AudioSource(Protocol):
    """One pass over a sound, however it is stored."""

    seconds: float | None
    """The length as stated, None where nothing is."""

    @property
    def damaged(self) -> bool:
        """Whether something was missing or did not decode; final when `pieces` has ended."""

    def pieces(self) -> Iterator[tuple[Frames, int]]:
        """Yield blocks with their rate in Hz."""

    def close(self) -> None:
        """Let go of the file."""


class ArraySource:
    """Samples that are in memory already, at `rate` Hz."""

    FRAMES_PER_PIECE = 65536

    def __init__(self, samples: Frames, rate: int, name: str) -> None:
        self._samples, self._rate, self.name = samples, rate, name
        self.seconds: float | None = len(samples) / rate
        self.damaged = False

    def pieces(self) -> Iterator[tuple[Frames, int]]:
        """Yield blocks with their rate in Hz; any number of times."""
        for start in range(0, len(self._samples), self.FRAMES_PER_PIECE):
            yield self._samples[start : start + self.FRAMES_PER_PIECE], self._rate

    def close(self) -> None:
        """Nothing is held."""


def open_audio(path: Path) -> AudioSource:
    """Open a file with the reader that its first bytes ask for, or else with the other one.

    Raises `AudioError` for what neither can open, saying why.
    """
    regular_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise AudioError(f"{printable(path)}: cannot be read ({error.strerror})") from error
    if not head:
        raise AudioError(f"{printable(path)}: the file is empty")
    if not is_soundfile(head):
        return ContainerSource(path)
    readers: list[Callable[[Path], AudioSource]] = [ContinuedSource, ContainerSource]
    if is_ogg_opus(head):
        readers.reverse()
    try:
        return readers[0](path)
    except AudioError:  # a coding that it lacks
        return readers[1](path)


def regular_file(path: Path) -> os.stat_result:
    """The state of a file; raise `AudioError` for what is no regular file on this machine."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        address = re.match(r"\w{2,}:/", str(path))
        hint = "; addresses are not opened, download the sound first" if address else ""
        raise AudioError(f"{printable(path)}: no such file{hint}") from error
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise AudioError(f"{printable(path)}: cannot be read ({cause})") from error
    if stat.S_ISDIR(status.st_mode):
        raise AudioError(f"{printable(path)}: is a folder, not a sound file")
    if not stat.S_ISREG(status.st_mode):
        raise AudioError(f"{printable(path)}: is not a regular file")
    return status
