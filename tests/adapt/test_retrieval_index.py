"""Indexes of vectors: both kinds hold the same; hostile ones are refused in one line, without memory."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from mullama.adapt.retrieval_index import load_vectors
from mullama.errors import CheckpointError
from mutations import mutated_bytes, outcome

UNIT = functional.normalize(torch.randn(9, 6, generator=torch.Generator().manual_seed(0)), dim=-1)


def write_npy(path: Path, header: str, version: int = 1, data: bytes = b"") -> None:
    """A .npy file with any header."""
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    path.write_bytes(b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + data)


def refused(folder: Path, pattern: str) -> None:
    with pytest.raises(CheckpointError, match=pattern) as caught:
        load_vectors(folder)
    assert "\n" not in str(caught.value)


def test_both_kinds_of_index_hold_the_same(tmp_path: Path) -> None:
    faiss = pytest.importorskip("faiss")
    (tmp_path / "n").mkdir()
    np.save(tmp_path / "n" / "vectors.npy", UNIT.numpy())
    for number, index in enumerate((faiss.IndexFlatIP(6), faiss.IndexFlatL2(6))):
        (tmp_path / str(number)).mkdir()
        index.add(UNIT.numpy())
        faiss.write_index(index, str(tmp_path / str(number) / "knn.index"))
        assert torch.equal(load_vectors(tmp_path / str(number)), load_vectors(tmp_path / "n"))


def test_what_is_missing_or_of_another_form(tmp_path: Path) -> None:
    refused(tmp_path, r"neither vectors.npy nor knn.index")
    (tmp_path / "knn.index").write_bytes(b"not an index at all")
    refused(tmp_path, "not a flat faiss index")
    np.save(tmp_path / "vectors.npy", np.zeros(3))
    refused(tmp_path, "shape")
    np.save(tmp_path / "vectors.npy", np.array([{"code": 1}]), allow_pickle=True)
    refused(tmp_path, "pickle")
    np.save(tmp_path / "vectors.npy", np.array([["a text", "another"]]))
    refused(tmp_path, "not a plain table of numbers")
    np.save(tmp_path / "vectors.npy", np.full((3, 4), np.nan))
    refused(tmp_path, "NaN or infinite")


@pytest.mark.parametrize(
    ("header", "pattern"),
    [
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 4096)}", "not as long as"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4)}", "found shape"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1e9, 4)}", "not a plain table"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1, 4)}", "not a plain table"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 4)}", "not a plain table"),
        ("(" * 9000, "not a plain table"),
        ("{'descr': " + "[" * 9000, "not a plain table"),
        ("{'descr': '<f4'" + " " * 2_000_000 + "}", "not a plain table"),
        ("'open", "not a plain table"),
    ],
)
def test_headers_that_claim_anything(tmp_path: Path, header: str, pattern: str) -> None:
    write_npy(tmp_path / "vectors.npy", header, version=1 if len(header) < 65_536 else 2)
    refused(tmp_path, pattern)


def test_a_faiss_index_that_claims_more_than_it_has(tmp_path: Path) -> None:
    """faiss would take the memory for all of it first."""
    faiss = pytest.importorskip("faiss")
    index = faiss.IndexFlatIP(6)
    index.add(UNIT.numpy())
    faiss.write_index(index, str(tmp_path / "knn.index"))
    good = (tmp_path / "knn.index").read_bytes()
    for entries in (0, -1, 2**40, 2**62):
        (tmp_path / "knn.index").write_bytes(good[:8] + struct.pack("<q", entries) + good[16:])
        refused(tmp_path, "not a flat faiss index")


def test_other_indexes_of_faiss(tmp_path: Path) -> None:
    faiss = pytest.importorskip("faiss")
    index = faiss.IndexHNSWFlat(6, 4)
    index.add(UNIT.numpy())
    faiss.write_index(index, str(tmp_path / "knn.index"))
    refused(tmp_path, "not a flat faiss index")


@pytest.mark.parametrize("name", ["vectors.npy", "knn.index"])
def test_damaged_bytes_are_read_or_refused(tmp_path: Path, name: str) -> None:
    if name == "knn.index":
        faiss = pytest.importorskip("faiss")
        index = faiss.IndexFlatIP(6)
        index.add(UNIT.numpy())
        faiss.write_index(index, str(tmp_path / name))
    else:
        np.save(tmp_path / name, UNIT.numpy())
    ended = set()
    for _, changed in mutated_bytes((tmp_path / name).read_bytes(), 150):
        (tmp_path / name).write_bytes(changed)
        ended.add(outcome(lambda: load_vectors(tmp_path)))
    assert ended == {"read", "refused"}
