"""The beginning of a GGUF file, from anybody, becomes its values and where its tensors lie, within limits.

Versions 2 and 3, little-endian, as llama.cpp writes them: a magic number, counts, keys with values, the
tensors' names, shapes, types and offsets, then the numbers (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
Nothing is read of the numbers. Knows no model.
"""

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mullama.errors import CheckpointError
from mullama.jobs.safe_paths import is_file

MAGIC, VERSIONS = b"GGUF", (2, 3)
SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
"""Types of values -> how struct reads them."""
STRING, ARRAY = 8, 9
MAX_VALUES, MAX_TENSORS, MAX_ITEMS = 2000, 100_000, 2**21
"""Keys, tensors, and items of a list; published files have 50, 1200 and 260,000 at most."""
MAX_STRING, MAX_DIMENSIONS, MAX_ALIGNMENT = 2**20, 4, 2**16
ALIGNMENT = 32


@dataclass(frozen=True)
class GgufTensor:
    """Where one tensor lies."""

    shape: tuple[int, ...]
    """As torch has it: the outermost dimension first."""
    kind: int
    """Of its numbers, as GGUF counts types."""
    begin: int
    """Its first byte's place in the file."""


@dataclass(frozen=True)
class GgufHeader:
    """What a file says before its numbers."""

    path: Path
    values: Mapping[str, Any]
    tensors: Mapping[str, GgufTensor]

    def number(self, key: str, default: float | None = None) -> float:
        """A number by its key. Raises CheckpointError."""
        found = self.values.get(key, default)
        if not isinstance(found, int | float) or isinstance(found, bool):
            raise CheckpointError(f"{self.path}: {key} should be a number, not {found!r:.40}")
        return found

    def items(self, key: str, kind: type) -> list[Any]:
        """A list by its key, of items of one type. Raises CheckpointError."""
        found = self.values.get(key)
        if not isinstance(found, list) or not all(isinstance(item, kind) for item in found):
            raise CheckpointError(f"{self.path}: {key} should be a list of {kind.__name__}")
        return found


def read_header(path: Path) -> GgufHeader:
    """Read the header of a GGUF file. Raises CheckpointError."""
    if not is_file(path):
        raise CheckpointError(f"{path} does not exist, or is no file")
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(path, data).header()
    except (struct.error, UnicodeDecodeError, OverflowError, ValueError, OSError) as cause:
        raise CheckpointError(f"{path} is truncated or no GGUF file: fetch it again") from cause


class _Reader:
    """A place in the file, moving on."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self.path, self.data, self.place = path, data, 0

    def header(self) -> GgufHeader:
        if self.data[:4] != MAGIC:
            raise CheckpointError(f"{self.path} is no GGUF file")
        self.place = 4
        version = self.scalar(4)
        if version not in VERSIONS:
            raise CheckpointError(f"{self.path} is GGUF of version {version}; known: 2, 3")
        tensors, values = self.scalar(10), self.scalar(10)
        self.limit("tensors", tensors, MAX_TENSORS)
        self.limit("keys", values, MAX_VALUES)
        found: dict[str, Any] = {}
        for _ in range(values):
            key = self.string()
            found[key] = self.value(self.scalar(4))
        return GgufHeader(self.path, found, self.tensors(tensors, found))

    def tensors(self, count: int, values: Mapping[str, Any]) -> dict[str, GgufTensor]:
        found: dict[str, GgufTensor] = {}
        for _ in range(count):
            name = self.string()
            if name in found:
                raise CheckpointError(f"{self.path} holds {name} twice")
            dimensions = self.scalar(4)
            self.limit("dimensions of a tensor", dimensions, MAX_DIMENSIONS)
            shape = tuple(self.scalar(10) for _ in range(dimensions))[::-1]
            found[name] = GgufTensor(shape, self.scalar(4), self.scalar(10))
        alignment = values.get("general.alignment", ALIGNMENT)
        if not isinstance(alignment, int) or not 0 < alignment <= MAX_ALIGNMENT:
            raise CheckpointError(f"{self.path}: general.alignment cannot be {alignment!r:.40}")
        start = -(-self.place // alignment) * alignment
        return {
            name: GgufTensor(one.shape, one.kind, start + one.begin) for name, one in found.items()
        }

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.string()
        if kind != ARRAY:
            return self.scalar(kind)
        inner, count = self.scalar(4), self.scalar(10)
        self.limit("items of a list", count, MAX_ITEMS)
        if inner == STRING:
            return [self.string() for _ in range(count)]
        size = count * struct.calcsize(self.format(inner))
        raw = self.take(size)
        return list(struct.unpack(f"<{count}{self.format(inner)}", raw))

    def scalar(self, kind: int) -> Any:
        form = f"<{self.format(kind)}"
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def string(self) -> str:
        size = int.from_bytes(self.take(8), "little")  # a vocabulary has a hundred thousand of them
        self.limit("bytes of a text", size, MAX_STRING)
        return self.take(size).decode()

    def take(self, size: int) -> bytes:
        raw = self.data[self.place : self.place + size]
        if len(raw) != size:
            raise CheckpointError(f"{self.path} is truncated: fetch it again")
        self.place += size
        return raw

    def format(self, kind: int) -> str:
        if kind not in SCALARS:
            raise CheckpointError(f"{self.path} holds a value of type {kind}, which is not read")
        return SCALARS[kind]

    def limit(self, what: str, found: int, most: int) -> None:
        if found > most:
            raise CheckpointError(f"{self.path} says {found} {what}; {most} are allowed")
