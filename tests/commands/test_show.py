"""`mullama show`: a file for a song, one line for what is none, nothing half written."""

from pathlib import Path

import pytest
import soundfile

from mullama.cli import main
from paths import EXAMPLES
from sound_files import tone

JIG = str(EXAMPLES / "jig.flac")


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, list[str]]:
    code = main(["show", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err.splitlines()


@pytest.mark.parametrize("suffix", ["html", "png", "svg"])
def test_a_file_appears(capsys: pytest.CaptureFixture[str], tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"jig.{suffix}"
    assert run(capsys, JIG, "--out", out, "--topics", "key") == (0, f"{out}\n", [])
    assert out.stat().st_size > 10_000
    assert list(tmp_path.iterdir()) == [out]
    before = out.read_bytes()
    code, _, err = run(capsys, JIG, "--out", out)
    assert code == 2
    assert err == [f"mullama: error: {out} is there: choose another --out, or give --overwrite"]
    assert run(capsys, JIG, "--out", out, "--topics", "key", "--overwrite")[0] == 0
    assert out.read_bytes() == before


def test_a_second_of_sound_over_time(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(seconds=1.0), 44_100)
    out = tmp_path / "a.html"
    assert run(capsys, tmp_path / "a.wav", "--out", out, "--over-time", "--topics", "key")[0] == 0
    assert "1 part as a table" in out.read_text(encoding="utf-8")
    assert "key over time" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [b"no music", b"", None])
def test_what_is_no_music_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes | None
) -> None:
    song = tmp_path / "x.wav"
    if content is not None:
        song.write_bytes(content)
    code, printed, err = run(capsys, song, "--out", tmp_path / "a.html")
    assert (code, printed, len(err)) == (2, "", 1)
    assert str(song) in err[0]
    assert not (tmp_path / "a.html").exists()


def test_parts_too_short_for_the_options_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = run(capsys, JIG, "--out", tmp_path / "a.html", "--over-time", "--window", "0.1")
    assert code == 2
    assert "--window" in err[0]
