"""What is taken for sound in a folder."""

from pathlib import Path

import pytest

from mullama.data.audio_files import audio_files
from mullama.errors import UsageError


def test_sounds_of_a_folder(tmp_path: Path) -> None:
    names = ["out.wav", "else/a.wav", "else/deep/c.wav", "here/D.MP3", "here/a.wav"]
    for name in (*names, "here/.hidden.wav", "here/.git/d.wav", "here/cover.jpg", "pairs.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [str(path.relative_to(tmp_path)) for path in audio_files(tmp_path)] == names
    with pytest.raises(UsageError, match="cannot be read"):
        list(audio_files(tmp_path / "none"))
