"""Members of a zip file by name; none leads astray, none fills the memory or the disk."""

import tracemalloc
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
    assert "audios/1.wav" in archive
    assert "1.wav" not in archive
    assert archive.by_file_name("1.wav") == "audios/1.wav"
    assert archive.by_file_name("2.wav") is None  # which of them?
    assert archive.by_file_name("3.wav") is None
    archive.unpack("b/2.wav", tmp_path / "out" / "x.wav")
    assert (tmp_path / "out" / "x.wav").read_bytes() == b"TWO"
    archive.close()


def test_a_key_is_another_one_as_soon_as_the_member_is(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"1.wav": b"one", "2.wav": b"one"})
    first = Archive(path)
    keys = {first.key("1.wav"), first.key("2.wav")}
    assert first.key("1.wav") == Archive(path).key("1.wav")
    keys.add(Archive(packed(tmp_path / "b.zip", {"1.wav": b"one"})).key("1.wav"))
    packed(path, {"1.wav": b"two"})
    assert len({*keys, Archive(path).key("1.wav")}) == 4


def test_names_that_lead_astray_are_not_there(tmp_path: Path) -> None:
    names = ("../1.wav", "/etc/2.wav", "a/../../3.wav", "c:/4.wav")
    archive = Archive(packed(tmp_path / "a.zip", dict.fromkeys(names, b"x")))
    assert archive.names() == []
    assert archive.by_file_name("1.wav") is None
    archive.close()


def test_oversized_damaged_and_encrypted_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    path = packed(tmp_path / "a.zip", {"big.wav": bytes(1001), "bad.wav": b"x" * 900})
    data = bytearray(path.read_bytes())
    start = data.index(b"bad.wav") + len("bad.wav")
    data[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    archive = Archive(path)
    with pytest.raises(AudioError, match="more than 1,000 bytes"):
        archive.unpack("big.wav", tmp_path / "x")
    with pytest.raises(AudioError, match="cannot be unpacked"):
        archive.unpack("bad.wav", tmp_path / "x")
    archive._members["big.wav"].flag_bits |= module.ENCRYPTED
    with pytest.raises(AudioError, match="is encrypted"):
        archive.unpack("big.wav", tmp_path / "x")
    assert list(tmp_path.iterdir()) == [path]
    archive.close()


def test_a_member_that_unpacks_to_far_more_than_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence is nearly nothing and short; a bomb is nearly nothing and large."""
    monkeypatch.setattr(module, "ANY_RATIO_BYTES", 50_000)
    archive = Archive(packed(tmp_path / "a.zip", {"4.wav": bytes(40_000), "9.wav": bytes(90_000)}))
    archive.unpack("4.wav", tmp_path / "x")
    assert (tmp_path / "x").stat().st_size == 40_000
    with pytest.raises(AudioError, match="more than 100 times its size"):
        archive.unpack("9.wav", tmp_path / "y")


def test_a_member_that_states_less_than_it_holds_is_cut(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"1.wav": bytes(range(256)) * 1000})
    archive = Archive(path)
    archive._members["1.wav"].file_size = 1000
    with pytest.raises(AudioError, match="cannot be unpacked"):
        archive.unpack("1.wav", tmp_path / "x")


def test_a_member_is_never_whole_in_memory(tmp_path: Path) -> None:
    import numpy as np

    data = np.random.default_rng(0).bytes(32 << 20)
    archive = Archive(packed(tmp_path / "a.zip", {"1.wav": data}))
    tracemalloc.start()
    archive.unpack("1.wav", tmp_path / "x")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert (tmp_path / "x").stat().st_size == len(data)


def test_a_disk_that_refuses_is_not_the_archives_fault(tmp_path: Path) -> None:
    archive = Archive(packed(tmp_path / "a.zip", {"1.wav": b"one"}))
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        archive.unpack("1.wav", tmp_path / "file" / "x")


def test_what_is_no_zip_file(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip")
    for name in ("a.zip", "none.zip"):
        with pytest.raises(UsageError, match="cannot be read as a zip file"):
            Archive(tmp_path / name)
