"""A folder appears under its name when it is whole, or not at all. Knows nothing of weights."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mullama.errors import CheckpointError


@contextmanager
def atomic_folder(
    out: Path, *, overwrite: bool, needed_bytes: int, keep: Sequence[Path]
) -> Iterator[Path]:
    """A folder beside `out` to write into, renamed to `out` at the end and removed on any failure.

    Only a model's folder is ever replaced, and none that lies around one of the files to `keep`.
    """
    out = out.absolute()
    _check_target(out, overwrite, keep)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out.parent).free
        if free < needed_bytes:
            raise CheckpointError(
                f"{out} needs {needed_bytes / 1e9:.1f} GB, but {free / 1e9:.1f} GB are free there"
            )
        partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
    except OSError as cause:
        raise CheckpointError(f"{out} cannot be written: {cause.strerror}") from cause
    try:
        yield partial
        partial.chmod(0o777 & ~_umask())
        _put_in_place(partial, out)
    except OSError as cause:
        raise CheckpointError(f"{out} was not written: {cause.strerror}") from cause
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _check_target(out: Path, overwrite: bool, keep: Sequence[Path]) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise CheckpointError(f"{out} exists and is not a folder: choose another --out")
    if not out.exists() or not any(out.iterdir()):
        return
    if not overwrite:
        raise CheckpointError(f"{out} is not empty: choose another --out, or give --overwrite")
    resolved = out.resolve()
    if any(path.resolve().is_relative_to(resolved) for path in keep):
        raise CheckpointError(f"{out} holds files that are to be read: choose another --out")
    if not _is_model(out):
        raise CheckpointError(f"{out} holds something else than a model of ours: it stays as it is")


def _is_model(folder: Path) -> bool:
    try:
        stored = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stored, dict) and stored.get("model_type") == "mullama"


def _put_in_place(partial: Path, out: Path) -> None:
    if out.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".old", dir=out.parent))
        out.rename(old / out.name)
        partial.rename(out)
        shutil.rmtree(old)
    else:
        partial.rename(out)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
