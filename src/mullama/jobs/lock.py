"""An open file or folder -> locked by this process until it is closed or the process dies."""

import errno
import os
from enum import Enum, auto
from pathlib import Path

_WITHOUT = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF}
"""How file systems answer that have no locks; NFS has none for folders (EBADF)."""


class Lock(Enum):
    """What came of asking for a file."""

    OURS = auto()
    THEIRS = auto()
    """Another process, or another open file of this one, has it."""
    UNSUPPORTED = auto()
    """The system (Windows) or the file system has no such locks: nothing protects the file."""


def take_lock(file: int, *, wait: bool = False) -> Lock:
    """Lock an open file descriptor for writing; with `wait`, once it is free.

    A lock belongs to the open file: closing it, or the end of the process by whatever cause, lets
    go of it. Raises OSError where the disk fails.
    """
    try:
        import fcntl
    except ImportError:
        return Lock.UNSUPPORTED
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return Lock.THEIRS
    except OSError as error:
        if error.errno in _WITHOUT:
            return Lock.UNSUPPORTED
        raise
    return Lock.OURS


def same_file(file: int, path: Path) -> bool:
    """Whether the open file is still the one that has this name."""
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False
