"""The name that a data set gives a clip becomes a file on this machine, or nothing.

Knows where audio may lie, not what is in it.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from mullama.errors import UsageError
from mullama.jobs.safe_paths import first_file

BESIDE = ("", "audios", "audio")
"""Folders beside a file of pairs that its audio may lie in; `audios` is the published one's."""
SOUNDS = (
    *(".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".au", ".caf", ".dts", ".eac3"),
    *(".flac", ".m4a", ".m4b", ".mka", ".mkv", ".mov", ".mp2", ".mp3", ".mp4", ".mpc", ".oga"),
    *(".ogg", ".opus", ".tta", ".voc", ".w64", ".wav", ".webm", ".wma", ".wv"),
)
"""Ends of names that are taken for sound in a folder, where nobody named the files one by one."""

Resolve = Callable[[str], Path | None]
"""A clip's name as its data set writes it -> its file, or None where there is none."""


def places(pairs_file: Path, audio: Path | None = None) -> Resolve:
    """Where the clips that `pairs_file` names lie: below `audio`, or else beside that file.

    A relative name never leads out of those folders: with `..` in it there is no such clip, because
    tables come from anywhere and no honest one needs that. An absolute name counts where no `audio`
    is given and a regular file has it, since sets that are built by reference name their clips so;
    a file that was named this way is only ever decoded as sound, and what was heard stays here.
    Raises UsageError where `audio` is no folder.
    """
    if audio is not None and not audio.is_dir():
        raise UsageError(f"{audio}: there is no such folder of audio")
    folders = [audio] if audio is not None else [pairs_file.parent / name for name in BESIDE]

    def resolve(name: str) -> Path | None:
        if PurePosixPath(name).is_absolute():
            return _itself(name) if audio is None else None
        return next((found for folder in folders if (found := first_file(folder, name))), None)

    return resolve


def audio_files(folder: Path) -> Iterator[Path]:
    """The sound files of a folder and the folders in it, by their names' ends, in order.

    Hidden files are left out. Raises UsageError for a folder that cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}") from error

    for here, inner, names in os.walk(folder, onerror=refuse):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SOUNDS:
                yield Path(here, name)


def _itself(name: str) -> Path | None:
    try:
        return Path(name) if Path(name).is_file() else None
    except (OSError, ValueError):
        return None
