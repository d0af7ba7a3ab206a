"""The rules that hold for every collection, also for those of other packages."""

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from mullama.data.tally import HELD_OUT, NO_AUDIO
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources import (
    Selection,
    SourceOptions,
    Tally,
)


def table(tmp_path: Path, rows: int = 4) -> Path:
    lines = [f"{number}.mp3,clip {number}" for number in range(rows)]
    (tmp_path / "metadata.csv").write_text("\n".join(["file_name,caption", *lines, ""]))
    (tmp_path / "0.mp3").touch()
    return tmp_path


def test_absent_audio_is_counted_or_included(tmp_path: Path) -> None:
    selection = Selection("folder", table(tmp_path))
    assert [clip.id for clip in selection] == ["0.mp3"]
    assert selection.tally.left_out == {NO_AUDIO: 3}
    everything = Selection("folder", tmp_path, SourceOptions(include_missing_audio=True))
    assert [clip.audio is None for clip in everything] == [False, True, True, True]


def test_a_second_pass_counts_anew(tmp_path: Path) -> None:
    selection = Selection("folder", table(tmp_path))
    assert list(selection) == list(selection)
    assert selection.tally.described == 1


def test_held_out_ids_from_files(tmp_path: Path) -> None:
    (tmp_path / "eval.txt").write_text("# for evaluation\n1.mp3\n\n 2.mp3 \n")
    (tmp_path / "more.txt").write_text("3.mp3\n")
    lists = tuple(tmp_path / name for name in ("eval.txt", "more.txt"))
    options = SourceOptions(include_missing_audio=True, hold_out=lists)
    selection = Selection("folder", table(tmp_path), options)
    assert [clip.id for clip in selection] == ["0.mp3"]
    assert selection.tally.left_out == {HELD_OUT: 3}
    for content in (None, b"\xff", b"a" * (64 << 20) + b"b"):
        if content is not None:
            (tmp_path / "bad.txt").write_bytes(content)
        with pytest.raises(UsageError, match="held-out list"):
            Selection("folder", tmp_path, SourceOptions(hold_out=(tmp_path / "bad.txt",)))


def test_texts_that_are_too_long_are_counted(tmp_path: Path) -> None:
    rows = ["file_name,caption", f"0.mp3,{'x' * 20_000}", "0.mp3,short"]
    (tmp_path / "metadata.csv").write_text("\n".join(rows))
    (tmp_path / "0.mp3").touch()
    selection = Selection("folder", tmp_path)
    assert [clip.text for clip in selection] == ["short"]
    assert selection.tally.left_out == {"of more than 20,000 characters": 1}


def test_unknown_collections_and_places(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no source is called 'gtzan'; there are: musiccaps"):
        Selection("gtzan", tmp_path)
    for name in ("musiccaps", "magnatagatune", "jamendo"):
        with pytest.raises(UsageError, match="no such file"):
            Selection(name, tmp_path)


def test_a_package_adds_a_collection_by_one_small_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hums:
        name = "hums"

        def __init__(self, path: Path, options: SourceOptions) -> None:
            self.path = path

        def descriptions(self, tally: Tally) -> Iterator[Description]:
            for path in sorted(self.path.glob("*.mp3")):
                yield Description(self.name, path.stem, "a hum", "caption", path)

    module = types.ModuleType("hums")
    module.Hums = Hums  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hums", module)
    package = tmp_path / "installed" / "hums-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: hums\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[mullama.sources]\nhums = hums:Hums\n")
    monkeypatch.syspath_prepend(package.parent)
    table(tmp_path)
    assert [clip.id for clip in Selection("hums", tmp_path)] == ["0"]
