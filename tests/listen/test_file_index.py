"""Files are known by what is in them, and read once."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from mullama.errors import AudioError, UsageError
from mullama.listen.file_index import open_index


@pytest.fixture
def song(tmp_path: Path) -> Path:
    (tmp_path / "song").write_bytes(b"la la")
    return tmp_path / "song"


def test_a_file_is_read_once(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tmp_path / "files.jsonl"
    digest = open_index(index).digest(song)
    assert digest == sha256(b"la la").hexdigest()
    with index.open("ab") as file:
        file.write(
            b'{"path": "torn\n[]\n{"path": "a", "size": 1, "mtime_ns": 2, "sha256": "x"}\n\xff\n'
        )
    monkeypatch.setattr("mullama.listen.file_index.file_digest", None)
    again = open_index(index)
    assert again.digest(song) == again.digest(song) == digest
    monkeypatch.chdir(tmp_path)
    assert again.digest(Path("song")) == digest


def test_a_changed_file_is_read_again(song: Path, tmp_path: Path) -> None:
    index = open_index(tmp_path / "files.jsonl")
    assert index.known(song) is None
    before = index.digest(song)
    assert index.known(song) == before
    song.write_bytes(b"la lo")
    os.utime(song, ns=(1, 1))
    assert index.known(song) is None
    assert index.digest(song) != before
    song.unlink()
    assert index.known(song) is None


def test_two_add_to_one_index(song: Path, tmp_path: Path) -> None:
    one, other = (open_index(tmp_path / "files.jsonl") for _ in range(2))
    (tmp_path / "two").write_bytes(b"lo")
    one.digest(song)
    other.digest(tmp_path / "two")
    assert len((tmp_path / "files.jsonl").read_text().splitlines()) == 2


def test_what_cannot_be_read_or_written(song: Path, tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no such file"):
        open_index(tmp_path / "files.jsonl").digest(tmp_path / "none")
    with pytest.raises(UsageError, match="cannot be read"):
        open_index(tmp_path)
    with pytest.raises(UsageError, match="cannot be written"):
        open_index(tmp_path / "none" / "files.jsonl").digest(song)
