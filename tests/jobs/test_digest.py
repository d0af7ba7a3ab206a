"""Digests are those that everyone computes, and the same every time."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from mullama.errors import AudioError, UsageError
from mullama.jobs.digest import (
    DIGEST_CHARACTERS,
    bytes_digest,
    chunks_digest,
    file_digest,
    stable_digest,
    text_number,
)

KNOWN = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""Of "abc" (FIPS 180-2, appendix B.1)."""


def test_all_ways_give_the_known_digest(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert file_digest(tmp_path / "abc") == KNOWN
    assert bytes_digest(b"abc") == KNOWN
    assert chunks_digest([b"a", memoryview(b"bc"), b""]) == KNOWN
    assert len(KNOWN) == DIGEST_CHARACTERS


def test_a_large_file(tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    (tmp_path / "large").write_bytes(content)
    assert file_digest(tmp_path / "large") == sha256(content).hexdigest()


def test_values_with_other_order_are_the_same() -> None:
    assert stable_digest({"a": 1, "b": [2, None]}) == stable_digest({"b": [2, None], "a": 1})
    assert stable_digest([1, 2]) != stable_digest([2, 1])
    with pytest.raises(TypeError):
        stable_digest({"a": object()})


def test_a_text_has_its_number() -> None:
    assert text_number("abc") == int(KNOWN[:16], 16)
    assert text_number("\udce9") == text_number("?")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none cannot be read: No such file or directory$"):
        file_digest(tmp_path / "none")
    with pytest.raises(AudioError, match="not a regular file"):
        file_digest(tmp_path, error_type=AudioError)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        file_digest(tmp_path / "pipe")
    with pytest.raises(UsageError, match="cannot be read: embedded null"):
        file_digest(Path("a\0b"))
