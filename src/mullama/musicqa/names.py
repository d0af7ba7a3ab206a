"""A file's name from somebody else's table or archive -> the same name, if it cannot lead astray.

Knows nothing of what the file holds.
"""

from pathlib import Path, PurePosixPath

MAX_NAME, MAX_PART = 1024, 255
"""In bytes; what usual file systems keep. Longer ones are refused, as asking for them is an error."""


def safe_name(name: str) -> PurePosixPath | None:
    """The name as a relative path that stays below its folder; None where it is anything else.

    Absolute names, `..`, drive letters, backslashes and control characters are refused, as zip
    files and tables from outside may hold them to reach other files.
    """
    sizes = [len(part.encode(errors="replace")) for part in name.split("/")]
    if sum(sizes) > MAX_NAME or max(sizes) > MAX_PART:
        return None
    if "\\" in name or name[1:2] == ":" or any(ord(character) < 32 for character in name):
        return None
    path = PurePosixPath(name)
    return None if path.is_absolute() or ".." in path.parts or not path.parts else path


def first_file(folder: Path, *names: str) -> Path | None:
    """The first of these names that is a file below the folder."""
    for name in names:
        safe = safe_name(name)
        if safe is not None and (folder / safe).is_file():
            return folder / safe
    return None


def is_file(path: Path) -> bool:
    """Like `Path.is_file`, also for names that no file system takes."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
