"""No name from outside leads out of its folder."""

from pathlib import Path

import pytest

from mullama.jobs.safe_paths import first_file, inside, is_file, safe_name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../a.wav",
        "a/../../b.wav",
        "/etc/passwd",
        "C:\\a.wav",
        "C:a.wav",
        "a\\..\\b.wav",
        "a\0b.wav",
        "a\nb.wav",
        "x" * 256,
        "/".join(["x" * 200] * 6),
    ],
)
def test_refused(name: str, tmp_path: Path) -> None:
    assert safe_name(name) is None
    assert first_file(tmp_path, name) is None


@pytest.mark.parametrize(
    "name",
    [
        "a.wav",
        "audios/00/1.mp3",
        "[-0Gj8-vB1q4]-[30-40].wav",
        "12: a name.mp3",
        "Größe …\u3000.ogg",
    ],
)
def test_taken(name: str, tmp_path: Path) -> None:
    assert str(safe_name(name)) == name
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    assert first_file(tmp_path, "none.wav", name) == tmp_path / name


def test_folders_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert first_file(tmp_path, "a") is None
    assert not is_file(Path("a\0b"))
    assert not is_file(tmp_path / ("x" * 300))


def test_links_are_followed(tmp_path: Path) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    for each in (folder / "deep", other):
        each.mkdir(parents=True)
        (each / "file").touch()
    (folder / "in").symlink_to("deep/file")
    (folder / "out").symlink_to(other)
    (folder / "loop").symlink_to("loop")
    (tmp_path / "way").symlink_to(folder)
    for path in ("deep/file", "in", "not/there", ".", "deep/../in"):
        assert inside(folder, Path(path)), path
        assert inside(tmp_path / "way", Path(path)), path
    for path in ("out/file", "out", "..", "../folder-2/file", "/etc/passwd", "a\0b"):
        assert not inside(folder, Path(path)), path
    assert inside(folder, folder / "in")
