"""A name from somebody else's table or archive -> the same name, if it cannot lead out of its folder.

Does not know what a file holds.
"""

import os
from pathlib import Path, PurePosixPath

MAX_NAME_BYTES, MAX_PART_BYTES = 1024, 255
"""What usual file systems take. Longer names are refused, as asking for them is an error."""


def safe_name(name: str) -> PurePosixPath | None:
    """The name as a relative path that stays below its folder; None where it is anything else.

    Absolute names, `..`, drive letters, backslashes and control characters are refused, as zip
    files and tables from outside may hold them to reach other files.
    """
    sizes = [len(part.encode(errors="replace")) for part in name.split("/")]
    if sum(sizes) > MAX_NAME_BYTES or max(sizes) > MAX_PART_BYTES:
        return None
    if "\\" in name or name[1:2] == ":" or any(ord(character) < 32 for character in name):
        return None
    path = PurePosixPath(name)
    return None if path.is_absolute() or ".." in path.parts or not path.parts else path


def first_file(folder: Path, *names: str) -> Path | None:
    """The first of these names that is a file below the folder."""
    for name in names:
        safe = safe_name(name)
        if safe is not None and is_file(folder / safe):
            return folder / safe
    return None


def is_file(path: Path) -> bool:
    """Like `Path.is_file`, also for names that no file system takes."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def inside(folder: Path, path: Path) -> bool:
    """Whether a path, relative to the folder or absolute, stays below it once links are followed.

    A link that leads out of the folder does not; the folder itself does. The path need not exist.
    """
    try:
        root, place = os.path.realpath(folder), os.path.realpath(folder / path)
    except (OSError, ValueError):
        return False
    return Path(place).is_relative_to(root)
