"""Pickled weight files that would grow: refused before torch opens them, quickly and without memory."""

import io
import pickle
import pickletools
import resource
import struct
import time
import zipfile
from pathlib import Path

import pytest
import torch

from mullama.checkpoints import pickle_limits
from mullama.checkpoints.pickle_limits import check_pickled
from mullama.checkpoints.tensor_file import TensorFile
from mullama.errors import CheckpointError
from mutations import mutated_bytes, outcome

STATE = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4, dtype=torch.bfloat16)}


def with_pickle(path: Path, made: bytes, *, zipped: bool = True) -> Path:
    """A torch file whose pickle is replaced by another."""
    torch.save(STATE, path, _use_new_zipfile_serialization=zipped)
    if not zipped:  # mark, version and machine come before the pickle, the keys of storages behind
        file = io.BytesIO(path.read_bytes())
        for _ in range(3):
            list(pickletools.genops(file))
        begin = file.tell()
        list(pickletools.genops(file))
        path.write_bytes(path.read_bytes()[:begin] + made + path.read_bytes()[file.tell() :])
        return path
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
        for name, content in members.items():
            new.writestr(name, made if name.endswith("data.pkl") else content)
    return path


def refused(path: Path, pattern: str) -> None:
    """In one line, within a second, within a few megabytes."""
    before, begin = _peak_kib(), time.perf_counter()
    with pytest.raises(CheckpointError, match=pattern) as caught:
        _ = TensorFile(path).names
    assert "\n" not in str(caught.value)
    assert time.perf_counter() - begin < 5
    assert _peak_kib() - before < 200_000


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_sound_files_pass(tmp_path: Path) -> None:
    for zipped in (True, False):
        torch.save({"model": STATE}, tmp_path / "x.pth", _use_new_zipfile_serialization=zipped)
        check_pickled(tmp_path / "x.pth")
        assert TensorFile(tmp_path / "x.pth").names == ("a", "b")


def test_a_compressed_archive(tmp_path: Path) -> None:
    """3 MB that would become 3 GB."""
    torch.save(STATE, tmp_path / "x.pth")
    with zipfile.ZipFile(tmp_path / "x.pth") as old:
        members = {name: old.read(name) for name in old.namelist()}
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            with new.open(name, "w", force_zip64=True) as member:
                member.write(content)
                for _ in range(3000 if name.endswith("/0") else 0):
                    member.write(bytes(2**20))
    assert path.stat().st_size < 4_000_000
    refused(path, "is a compressed archive, as torch writes none: save the weights again")


def test_members_that_overlap(tmp_path: Path) -> None:
    """A directory that names the same bytes many times."""
    torch.save({"a": torch.zeros(100_000)}, tmp_path / "x.pth")
    path = tmp_path / "x.pth"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        largest = max(archive.infolist(), key=lambda member: member.file_size)
        archive.filelist.extend([largest] * 500)
        archive._didModify = True
    refused(path, "claims to hold more than it has")


@pytest.mark.parametrize("zipped", [True, False])
def test_tuples_of_tuples_in_a_key(tmp_path: Path, zipped: bool) -> None:
    """Sixty levels: to hash the outermost would take a thousand years."""
    opcodes = b"\x80\x02}K\x01\x85q\x00"
    opcodes += b"h\x00\x86q\x00" * 60  # (top, memo) -> memo
    made = opcodes + b"K\x02s."
    assert pickle.loads(made.replace(b"h\x00\x86q\x00" * 60, b"h\x00\x86q\x00" * 2))
    path = with_pickle(tmp_path / "x.pth", made, zipped=zipped)
    refused(path, "holds a pickle of more objects than weights need")


def test_a_number_that_becomes_memory(tmp_path: Path) -> None:
    length = struct.pack("<Bq", 8, 2**36)
    made = b"\x80\x02}X\x01\x00\x00\x00acbuiltins\nbytearray\n\x8a" + length + b"\x85Rs."
    refused(with_pickle(tmp_path / "x.pth", made), "more objects than weights need")


def test_more_opcodes_than_weights_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickle_limits, "MAX_OPCODES", 10_000)
    made = pickle.dumps({"a": list(range(20_000))}, protocol=2)
    refused(with_pickle(tmp_path / "x.pth", made), "more objects than weights need")


def test_tensors_without_memory_of_their_own(tmp_path: Path) -> None:
    for tensor in (
        torch.zeros(1).expand(10**6, 10**6),
        torch.zeros(10**6, 10**6, device="meta"),
        torch.eye(3).to_sparse(),
    ):
        torch.save({"a": tensor}, tmp_path / "x.pth")
        refused(tmp_path / "x.pth", "the numbers of a are not in the file as they are")


@pytest.mark.parametrize("zipped", [True, False])
def test_damaged_bytes_are_read_or_refused(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "x.pth"
    torch.save({"model": STATE}, path, _use_new_zipfile_serialization=zipped)
    ended = set()
    for _, changed in mutated_bytes(path.read_bytes(), 300):
        path.write_bytes(changed)
        ended.add(outcome(lambda: [t.make().sum() for t in TensorFile(path).plan().values()]))
    assert ended == {"read", "refused"}
