"""A pickled weight file is scanned before torch opens it: what would grow in memory is refused.

torch stores its archives uncompressed, so a compressed member is a bomb. In the pickle itself a tuple
can name another one twice, and that one a third twice: to hash or print it then takes for ever. The
scan follows the pickle's stack machine with sizes instead of objects; nothing is built or run.
"""

import pickletools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from mullama.errors import CheckpointError

ZIP_MAGIC = b"PK\x03\x04"
MAX_PICKLE_BYTES = 64 * 2**20
"""Of the pickle in an archive, which holds names and shapes only."""
MAX_OPCODES = 2_000_000
"""A published checkpoint with its optimiser state has a tenth of that."""
MAX_TUPLE = 100_000
"""Items of a tuple with all that is nested in it, each counted as often as it is named."""
LEGACY_PICKLES = 5
"""A file of torch before 1.6 begins with as many: a mark, a version, the machine, the state, the keys."""
FILLS_MEMORY = "builtins bytearray"
"""What torch lets a pickle call with a number of its own choice, to get as many bytes."""
PUSHES_NOTHING = frozenset({"PROTO", "STOP", "FRAME"})
FROM_MARK = frozenset({"TUPLE", "LIST", "DICT"})
SHORT_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
MANY_INTO_CONTAINER = frozenset({"APPENDS", "SETITEMS", "ADDITEMS"})
INTO_CONTAINER = {"APPEND": 1, "SETITEM": 2, "BUILD": 1}
"""Opcode -> objects that the object below them takes in."""
OF_TWO = frozenset({"REDUCE", "NEWOBJ"})
"""A callable and its arguments become one object, as large as the arguments at most."""


def is_zip(path: Path) -> bool:
    """Whether torch takes this file for an archive. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(ZIP_MAGIC)) == ZIP_MAGIC


def check_pickled(path: Path) -> None:
    """Refuse a file that would take more memory or time than its size allows for.

    Raises CheckpointError, and what zipfile and pickletools raise on other files: OSError, ValueError,
    LookupError, zipfile.BadZipFile and NotImplementedError.
    """
    if is_zip(path):
        _check_archive(path)
        return
    with path.open("rb") as file:
        for _ in range(LEGACY_PICKLES):
            if file.peek(1):  # a bare pickle is one alone
                _check_pickle(path, file)


def _check_archive(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise CheckpointError(
                f"{path} is a compressed archive, as torch writes none: save the weights again"
            )
        if sum(member.file_size for member in members) > path.stat().st_size:
            raise CheckpointError(f"{path} claims to hold more than it has: fetch it again")
        for member in members:
            if member.filename.endswith(".pkl"):
                if member.file_size > MAX_PICKLE_BYTES:
                    raise _refusal(path)
                with archive.open(member) as file:
                    _check_pickle(path, file)


def _check_pickle(path: Path, file: IO[bytes]) -> None:
    """Follow one pickle to its end, and refuse it as soon as something in it is too large."""
    for number, size in enumerate(_tuple_sizes(file)):
        if number > MAX_OPCODES or size > MAX_TUPLE:
            raise _refusal(path)


def _tuple_sizes(file: IO[bytes]) -> Iterator[int]:
    """For each opcode the unrolled size of the tuple that it makes, 0 where it makes none.

    Lists, dicts and sets count as one: they cannot be hashed, nor can a tuple that holds one.
    """
    stack: list[int] = []
    marks: list[list[int]] = []
    memo: dict[Any, int] = {}
    for opcode, argument, _ in pickletools.genops(file):
        name, made = opcode.name, 0
        if argument == FILLS_MEMORY:
            made = MAX_TUPLE + 1
        if name == "MARK":
            marks.append(stack)
            stack = []
        elif name in FROM_MARK:
            made = 1 + sum(stack)
            stack = marks.pop()
            stack.append(made)
        elif name in MANY_INTO_CONTAINER:
            stack = marks.pop()
        elif name in INTO_CONTAINER:
            del stack[-INTO_CONTAINER[name] :]
        elif name in SHORT_TUPLES:
            made = 1 + sum(stack[-SHORT_TUPLES[name] :])
            stack[-SHORT_TUPLES[name] :] = [made]
        elif name in ("BINPUT", "LONG_BINPUT"):
            memo[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name in OF_TWO:
            stack[-2:] = stack[-1:]
        elif name == "BINPERSID":
            stack[-1] = 1
        elif name not in PUSHES_NOTHING:
            stack.append(1)
        yield made


def _refusal(path: Path) -> CheckpointError:
    return CheckpointError(
        f"{path} holds a pickle of more objects than weights need: it was not opened; take a file "
        "that holds tensors only"
    )
