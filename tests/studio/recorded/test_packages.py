"""Packages are fetched once and keep their music; what cannot be had is left out by its name."""

import shutil
import subprocess
from pathlib import Path

import pytest

from mullama.studio.recorded.packages import FEWEST_BYTES, HELD_OUT, TRAINING, tracks
from paths import ROOT

HELD_BACK = (
    "asc-music", "extremetuxracer-data", "fillets-ng-data", "frozen-bubble-data", "hedgewars-data",
    "hyperrogue-music", "krank", "lincity-ng-data", "neverball-data", "nexuiz-music", "singularity-music",
    "ufoai-music", "unknown-horizons", "warzone2100-music", "xmoto-data",
)  # fmt: skip
"""Kept for a last look: never learnt from, measured on or listened to."""


needs_dpkg = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None, reason="needs dpkg-deb, which is Debian's"
)
"""Packages are built and unpacked by the real tool; apt-get, which needs a network, is not."""


def test_packages_are_kept_apart() -> None:
    assert not set(TRAINING) & set(HELD_OUT)
    assert not {*TRAINING, *HELD_OUT} & {*HELD_BACK}
    assert not any(name.startswith(("wesnoth", "fretsonfire-songs")) for name in TRAINING)


@pytest.mark.parametrize("name", ["sung.txt", "instrumental.txt"])
def test_what_is_kept_for_a_last_look_is_not_measured_on(name: str) -> None:
    lines = (ROOT / "benchmarks" / name).read_text(encoding="utf-8").splitlines()
    assert lines
    assert not {line.partition("/")[0] for line in lines} & {*HELD_BACK}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A package with two pieces, a noise, a picture and its licences."""
    home = tmp_path / "build"
    for name, size in {
        "usr/share/tune-game/music/one.ogg": FEWEST_BYTES,
        "usr/share/tune-game/music/deep/two.opus": FEWEST_BYTES,
        "usr/share/tune-game/music/short.ogg": 100,
        "usr/share/tune-game/noise/wind.ogg": FEWEST_BYTES,
        "usr/share/tune-game/pictures/cover.png": 100,
        "usr/share/doc/tune-game/copyright": 100,
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(b"x" * size)
    (home / "DEBIAN").mkdir()
    (home / "DEBIAN" / "control").write_text(
        "Package: tune-game\nVersion: 1\nArchitecture: all\n"
        "Maintainer: nobody <x@example.org>\nDescription: x\n"
    )
    path = tmp_path / "tune-game_1_all.deb"
    subprocess.run(["dpkg-deb", "--build", home, path], check=True, capture_output=True)
    return path


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a script in the place of apt-get, which would need a network."""
    folder.mkdir()
    (folder / "apt-get").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@needs_dpkg
def test_music_stays_and_the_rest_goes(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", monkeypatch, f"cp {archive} .")
    found = tracks("tune-game", tmp_path / "music")
    assert [path.name for path in found] == ["two.opus", "one.ogg"]
    kept = {path.name for path in (tmp_path / "music").rglob("*") if path.is_file()}
    assert kept == {"one.ogg", "two.opus", "short.ogg", "wind.ogg", "copyright"}
    assert not list((tmp_path / "music").rglob("pictures"))
    archive.unlink()
    assert tracks("tune-game", tmp_path / "music") == found


@needs_dpkg
def test_what_cannot_be_had_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path / "bin", monkeypatch, "echo 'E: No such package' >&2; exit 100")
    said: list[str] = []
    assert tracks("no-such-game", tmp_path / "music", said.append) == []
    assert said == ["no-such-game cannot be had (E: No such package): its music is left out"]
    assert not (tmp_path / "music" / "no-such-game").exists()
