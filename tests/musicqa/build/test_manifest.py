"""Entries come back as they were; other lines are refused; no clip is in two parts."""

from pathlib import Path

import pytest

from mullama.errors import AudioError, UsageError
from mullama.musicqa.build.manifest import (
    ManifestEntry,
    SeenClips,
    read_manifest,
    write_manifest,
)

ENTRIES = [
    ManifestEntry("pretrain", "studio", "1", "000000.wav", "ab", 10.0, damaged=True),
    ManifestEntry("pretrain", "studio", "ü", failed="no such file"),
]


def test_entries_come_back(tmp_path: Path) -> None:
    path = tmp_path / "clips.jsonl"
    write_manifest(path, ENTRIES)
    assert list(read_manifest(path)) == ENTRIES
    assert path.read_text(encoding="utf-8").splitlines()[1] == (
        '{"part": "pretrain", "source": "studio", "id": "ü", "failed": "no such file"}'
    )


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "{",
        '{"part": "eval"}',
        '{"part": "fun", "source": "a", "id": "b"}',
        '{"part": "eval", "source": 1, "id": "b"}',
        '{"part": "eval", "source": "a", "id": "b", "seconds": "1e999"}',
        '{"part": "eval", "source": "a", "id": "b", "seconds": -1}',
    ],
)
def test_other_lines_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "clips.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(UsageError, match=r"clips\.jsonl, line 1"):
        list(read_manifest(path))


def test_a_clip_is_seen_by_origin_and_by_sound() -> None:
    seen = SeenClips()
    for entry in ENTRIES:
        seen.note(entry)
    seen.require_new_origin("studio", "ü")  # it failed: its turn may come
    seen.require_new_sound("pretrain", "ab")
    with pytest.raises(AudioError, match="in pretrain already"):
        seen.require_new_origin("studio", "1")
    with pytest.raises(AudioError, match=r"the same sound is in pretrain already, as 000000\.wav"):
        seen.require_new_sound("eval", "ab")
