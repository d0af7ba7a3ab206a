"""Where clips lie, and what a table cannot make us open."""

from pathlib import Path

import pytest

from mullama.data.audio import audio_files, places
from mullama.errors import UsageError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A file of pairs with clips around it; `here/` is its folder."""
    for name in ("here/a.wav", "here/audios/b.wav", "else/a.wav", "else/deep/c.wav", "out.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path / "here" / "pairs.jsonl"


def test_beside_the_table(table: Path) -> None:
    resolve = places(table)
    assert resolve("a.wav") == table.parent / "a.wav"
    assert resolve("b.wav") == table.parent / "audios" / "b.wav"
    assert resolve("c.wav") is None
    assert resolve("audios") is None


def test_in_the_folder_that_was_named(table: Path) -> None:
    audio = table.parents[1] / "else"
    resolve = places(table, audio)
    assert resolve("a.wav") == audio / "a.wav"
    assert resolve("deep/c.wav") == audio / "deep" / "c.wav"
    assert resolve("b.wav") is None
    with pytest.raises(UsageError, match="no such folder"):
        places(table, table.parent / "none")


def test_no_name_leads_astray(table: Path) -> None:
    outside = table.parents[1] / "out.wav"
    for audio in (None, table.parents[1] / "else"):
        resolve = places(table, audio)
        for name in (
            "../out.wav",
            "audios/../../out.wav",
            "..\\out.wav",
            "",
            "a\0.wav",
            "x" * 5000,
        ):
            assert resolve(name) is None
    assert places(table)(str(outside)) == outside
    assert places(table)(str(outside.parent)) is None
    assert places(table)("/" + "x" * 5000) is None
    assert places(table, table.parents[1] / "else")(str(outside)) is None


def test_sounds_of_a_folder(table: Path) -> None:
    folder = table.parents[1]
    for name in ("here/.hidden.wav", "here/.git/d.wav", "here/cover.jpg", "here/D.MP3"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    found = [str(path.relative_to(folder)) for path in audio_files(folder)]
    assert found == ["out.wav", "else/a.wav", "else/deep/c.wav", "here/D.MP3", "here/a.wav",
                     "here/audios/b.wav"]  # fmt: skip
    with pytest.raises(UsageError, match="cannot be read"):
        list(audio_files(folder / "none"))
