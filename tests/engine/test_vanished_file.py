from pathlib import Path
from typing import Any

import pytest
import soundfile

from mullama.engine import Engine, Question
from mullama.errors import AudioError
from mullama.song import MuLlama, Song
from tiny import RATE, clip


def test_a_file_that_went_away_says_nothing_about_its_content(
    mu: MuLlama, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, listen = tmp_path / "a.wav", mu.listen
    soundfile.write(path, clip(1), RATE)
    content = path.read_bytes()

    def too_late(source: str, **options: Any) -> Song:
        path.unlink()
        return listen(source, **options)

    engine = Engine(mu)
    monkeypatch.setattr(mu, "listen", too_late)
    with pytest.raises(AudioError, match="no such file"):
        engine.submit(Question(str(path), "What plays?")).result(20)
    monkeypatch.setattr(mu, "listen", listen)
    path.write_bytes(content)
    assert engine.submit(Question(str(path), "What plays?")).result(20).seconds_heard == 1.0
    engine.close()
