"""Members of a zip file by name; none leads astray, none fills the memory."""

import zipfile
from pathlib import Path

import pytest

from mullama.data import archive as module
from mullama.data.archive import Archive
from mullama.errors import AudioError, UsageError


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def test_by_whole_name_or_file_name(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip",
        {"audios/1.wav": b"one", "a/2.wav": b"two", "b/2.wav": b"TWO", "empty/": b""},
    )
    archive = Archive(path)
    assert archive.names() == ["audios/1.wav", "a/2.wav", "b/2.wav"]
    assert archive.read("audios/1.wav") == archive.read("1.wav") == b"one"
    assert archive.read("b/2.wav") == b"TWO"
    assert "1.wav" in archive
    assert "2.wav" not in archive  # which of them?
    with pytest.raises(AudioError, match=r"2\.wav in .*a\.zip: no such member"):
        archive.read("2.wav")
    archive.close()


def test_names_that_lead_astray_are_not_there(tmp_path: Path) -> None:
    names = ("../1.wav", "/etc/2.wav", "a/../../3.wav", "c:/4.wav")
    archive = Archive(packed(tmp_path / "a.zip", dict.fromkeys(names, b"x")))
    assert archive.names() == []
    assert "1.wav" not in archive
    archive.close()


def test_oversized_damaged_and_encrypted_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_MEMBER", 1000)
    path = packed(tmp_path / "a.zip", {"big.wav": bytes(1001), "bad.wav": b"x" * 900})
    data = bytearray(path.read_bytes())
    start = data.index(b"bad.wav") + len("bad.wav")
    data[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    archive = Archive(path)
    with pytest.raises(AudioError, match="more than 1,000 bytes"):
        archive.read("big.wav")
    with pytest.raises(AudioError, match="cannot be unpacked"):
        archive.read("bad.wav")
    archive._members["big.wav"].flag_bits |= module.ENCRYPTED
    with pytest.raises(AudioError, match="is encrypted"):
        archive.read("big.wav")
    archive.close()


def test_what_is_no_zip_file(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip")
    for name in ("a.zip", "none.zip"):
        with pytest.raises(UsageError, match="cannot be read as a zip file"):
            Archive(tmp_path / name)
