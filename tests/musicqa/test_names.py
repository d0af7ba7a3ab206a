"""No name from outside leads out of its folder."""

from pathlib import Path

import pytest

from mullama.musicqa.names import first_file, safe_name


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
def test_kept(name: str, tmp_path: Path) -> None:
    assert str(safe_name(name)) == name
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    assert first_file(tmp_path, "none.wav", name) == tmp_path / name


def test_folders_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert first_file(tmp_path, "a") is None
