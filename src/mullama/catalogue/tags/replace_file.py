"""A music file -> the same with other tags, replaced whole or not at all.

A copy beside it is changed, and takes its place only if its sound is the same: the samples that are
decoded, and the packets that they are decoded of. Time, mode, owner and attributes are the file's own. A
link is followed; a file of several names (hard links) is replaced under this one. Does not know tags.
"""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from mullama.errors import AudioError
from mullama.jobs.atomic import atomic_file, remove_leftovers_of
from mullama.jobs.digest import chunks_digest
from mullama.listen.audio.open_audio import open_audio
from mullama.printable import printable

WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def replace_file(path: Path, change: Callable[[Path], None]) -> None:
    """Let `change` work on the copy. Raises AudioError, with the file as it was, for whatever fails."""
    real = Path(os.path.realpath(path))
    before = _writable(path, real)
    sound = sound_digest(real)
    remove_leftovers_of(real)  # of a run that was killed
    with atomic_file(real, error_type=AudioError) as part:
        shutil.copyfile(real, part)
        change(part)
        if sound_digest(part) != sound:
            raise AudioError(f"{printable(path)}: its sound would have changed: it stays as it was")
        shutil.copystat(real, part)
        made = part.stat()
        if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
            os.chown(part, before.st_uid, before.st_gid)
        if _state(real.stat()) != _state(before):
            raise AudioError(f"{printable(path)}: was changed meanwhile: it stays as it is now")


def sound_digest(path: Path) -> str:
    """Of all samples and packets; raises AudioError for what cannot be decoded."""
    try:
        return chunks_digest(chunk for part in (_samples, _packets) for chunk in part(path))
    except OSError as error:
        raise AudioError(
            f"{printable(path)}: cannot be read ({error.strerror or error})"
        ) from error


def _samples(path: Path) -> Iterator[bytes]:
    source = open_audio(path)
    try:
        for samples, rate in source.pieces():
            yield str((rate, samples.shape[1])).encode()
            yield samples.tobytes()
    finally:
        source.close()


def _packets(path: Path) -> Iterator[bytes]:
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.best("audio")
            for packet in container.demux(stream) if stream is not None else ():
                yield bytes(packet)
    except av.error.FFmpegError as error:
        raise AudioError(f"{printable(path)}: cannot be read ({error.strerror})") from error


def _writable(path: Path, real: Path) -> os.stat_result:
    try:
        found = real.stat()
    except OSError as error:
        raise AudioError(f"{printable(path)}: cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(found.st_mode):
        raise AudioError(f"{printable(path)}: is not a regular file")
    # Its folder may let it be replaced nevertheless, and the super-user may everything.
    if not found.st_mode & WRITE_BITS or not os.access(real, os.W_OK):
        raise AudioError(f"{printable(path)}: is read-only")
    return found


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns
