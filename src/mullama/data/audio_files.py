"""A folder -> the sound files in it, where they are not named one by one. Does not look into them."""

import os
from collections.abc import Iterator
from pathlib import Path

from mullama.errors import UsageError

AUDIO_SUFFIXES = (
    *(".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".au", ".caf", ".dts", ".eac3"),
    *(".flac", ".m4a", ".m4b", ".mka", ".mkv", ".mov", ".mp2", ".mp3", ".mp4", ".mpc", ".oga"),
    *(".ogg", ".opus", ".tta", ".voc", ".w64", ".wav", ".webm", ".wma", ".wv"),
)
"""Ends of names that are taken for sound."""


def audio_files(folder: Path, suffixes: tuple[str, ...] = AUDIO_SUFFIXES) -> Iterator[Path]:
    """The sound files of a folder and the folders in it, by their names' ends, in order.

    Hidden files are left out. Raises UsageError for a folder that cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}") from error

    for here, inner, names in os.walk(folder, onerror=refuse):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes:
                yield Path(here, name)
