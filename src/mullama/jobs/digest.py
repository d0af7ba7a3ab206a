"""Files, bytes and plain values -> digests: SHA-256 in hexadecimal, the same on every machine."""

import hashlib
import json
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mullama.errors import MuLlamaError, UsageError

DIGEST_CHARACTERS = 64
"""How long every digest here is."""


def file_digest(path: Path, *, error_type: type[MuLlamaError] = UsageError) -> str:
    """The digest of a file's bytes, read once and in blocks.

    Raises `error_type` for what cannot be read, and for pipes and devices, which have no end.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise error_type(f"{path} cannot be read: it is not a regular file")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        why = getattr(error, "strerror", None) or error
        raise error_type(f"{path} cannot be read: {why}") from error


def bytes_digest(data: bytes) -> str:
    """The digest of some bytes."""
    return hashlib.sha256(data).hexdigest()


def chunks_digest(chunks: Iterable[bytes | memoryview]) -> str:
    """The digest of bytes that come in pieces; where they are cut makes no difference."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def stable_digest(value: Any) -> str:
    """The digest of a value as JSON with sorted keys; raises TypeError for what JSON has not."""
    return bytes_digest(json.dumps(value, sort_keys=True).encode())


def text_number(text: str) -> int:
    """Text -> a number below 2**64 that is as good as drawn, and always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode(errors="replace")).digest()[:8])
