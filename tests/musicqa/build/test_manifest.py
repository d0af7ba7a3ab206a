"""Entries survive; half a line does not; nobody else writes at the same time."""

from pathlib import Path

import pytest

from mullama.errors import AudioError, UsageError
from mullama.musicqa.build.manifest import Manifest, ManifestEntry, SeenClips

ENTRIES = [
    ManifestEntry("pretrain", "studio", "1", "000000.wav", "ab", 10.0, damaged=True),
    ManifestEntry("pretrain", "studio", "ü", failed="no such file"),
]


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    manifest = Manifest(tmp_path / "clips.jsonl")
    with manifest:
        for entry in ENTRIES:
            manifest.append(entry)
    return manifest


def test_entries_come_back_and_go_on(manifest: Manifest) -> None:
    assert list(manifest.entries()) == ENTRIES
    with manifest:
        manifest.append(ENTRIES[0])
    assert list(manifest.entries()) == [*ENTRIES, ENTRIES[0]]


@pytest.mark.parametrize("torn", [b'{"part": "pre', b"x" * 200_000])
def test_half_a_line_goes(manifest: Manifest, torn: bytes) -> None:
    with manifest.path.open("ab") as file:
        file.write(torn)
    with manifest:
        manifest.append(ENTRIES[1])
    assert list(manifest.entries()) == [*ENTRIES, ENTRIES[1]]


def test_only_half_a_line(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path / "clips.jsonl")
    manifest.path.write_bytes(b'{"part"')
    with manifest:
        pass
    assert list(manifest.entries()) == []


def test_other_lines_are_refused(manifest: Manifest) -> None:
    for line in ('{"part": "eval"}', "[]", "{"):
        manifest.path.write_text(line + "\n")
        with pytest.raises(UsageError, match="line 1: no clip"):
            list(manifest.entries())


def test_one_builder_at_a_time(manifest: Manifest) -> None:
    pytest.importorskip("fcntl")
    with manifest, pytest.raises(UsageError, match="another process"), Manifest(manifest.path):
        pass
    with pytest.raises(ValueError, match="inside `with`"):
        manifest.append(ENTRIES[0])


def test_what_was_met() -> None:
    seen = SeenClips()
    for entry in ENTRIES:
        seen.note(entry)
    seen.require_new_origin("studio", "ü")  # it failed: its turn may come
    seen.require_new_sound("pretrain", "ab")
    with pytest.raises(AudioError, match="in pretrain already"):
        seen.require_new_origin("studio", "1")
    with pytest.raises(AudioError, match=r"the same sound is in pretrain already, as 000000\.wav"):
        seen.require_new_sound("eval", "ab")
