"""The `beet` command itself imports real files into a library of its own, and tags them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from paths import ROOT

pytest.importorskip("beets", reason="needs the beets extra")
pytest.importorskip("mutagen", reason="needs the tags extra")

from mutagen.flac import FLAC

from mullama.catalogue.tags.containers import MODEL, opener
from mullama.catalogue.tags.replace_file import sound_digest

pytestmark = pytest.mark.slow
Beet = Callable[..., "subprocess.CompletedProcess[str]"]
FORMAT = "$title|$bpm|$initial_key|$mood|$genres|$comments"


@pytest.fixture
def beet(tmp_path: Path) -> Beet:
    """Runs `beet` on a library of its own, whose music is a copy of our examples."""
    for name in ("waltz", "jig"):
        copy = FLAC(shutil.copy(ROOT / "examples" / f"{name}.flac", tmp_path))
        copy["title"] = copy["artist"] = name
        copy.save()

    def beet(*words: object, auto: str = "no") -> "subprocess.CompletedProcess[str]":
        (tmp_path / "config.yaml").write_text(
            f"directory: {tmp_path / 'library'}\nlibrary: {tmp_path / 'library.db'}\n"
            f"plugins: mullama\nimport: {{copy: yes, write: yes}}\nmullama: {{auto: {auto}}}\n"
        )
        return subprocess.run(
            [sys.executable, "-m", "beets", *map(str, words)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=os.environ | {"BEETSDIR": str(tmp_path), "CUDA_VISIBLE_DEVICES": ""},
            timeout=250,
            check=False,
        )

    return beet


def music(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "library").rglob("*.flac"))


def test_a_library_is_tagged_and_untagged(beet: Beet, tmp_path: Path) -> None:
    beet("import", "-qAs", tmp_path / "waltz.flac", tmp_path / "jig.flac")
    files = music(tmp_path)
    assert len(files) == 2
    before = {path: (path.read_bytes(), sound_digest(path)) for path in files}
    listed = beet("ls", "-f", FORMAT).stdout
    pretended = beet("mullama", "-n")
    assert pretended.returncode == 0, pretended.stderr
    assert "\twrite" in pretended.stdout
    assert {path: path.read_bytes() for path in files} == {p: c for p, (c, _) in before.items()}
    assert beet("ls", "-f", FORMAT).stdout == listed
    beet("modify", "-yW", "comments=mine")  # in the library alone
    tagged = beet("mullama")
    assert tagged.returncode == 0, tagged.stderr
    shown = beet("ls", "-f", FORMAT).stdout.splitlines()
    for path, line in zip(files, sorted(shown), strict=False):
        tags = opener(path)(path)
        assert tags.read(MODEL)[0].startswith("small")
        assert tags.read("comment") == []
        assert sound_digest(path) == before[path][1]
        assert line.endswith("|mine")
    tempi = {tags.read("tempo")[0] for tags in (opener(path)(path) for path in files)}
    assert tempi == {line.split("|")[1] for line in shown}
    again = beet("-v", "mullama")
    assert "0 files changed, 2 as they were" in again.stderr + again.stdout
    undone = beet("mullama", "-u")
    assert undone.returncode == 0, undone.stderr
    assert all(not opener(path)(path).read(MODEL) for path in files)
    assert all(not opener(path)(path).read("tempo") for path in files)
    assert {line.split("|")[1] for line in beet("ls", "-f", FORMAT).stdout.splitlines()} <= {
        "",
        "0",
    }


def test_imports_are_tagged_only_where_that_is_asked_for(beet: Beet, tmp_path: Path) -> None:
    beet("import", "-qAs", tmp_path / "jig.flac")
    (jig,) = music(tmp_path)
    assert not opener(jig)(jig).read(MODEL)
    beet("import", "-qAs", tmp_path / "waltz.flac", auto="yes")
    assert len([path for path in music(tmp_path) if opener(path)(path).read(MODEL)]) == 1


def test_a_broken_file_stops_nothing(beet: Beet, tmp_path: Path) -> None:
    beet("import", "-qAs", tmp_path / "waltz.flac", tmp_path / "jig.flac")
    first, second = music(tmp_path)
    first.write_bytes(b"fLaC" + bytes(99))
    run = beet("mullama")
    assert run.returncode == 0
    assert "Traceback" not in run.stderr
    assert opener(second)(second).read(MODEL)
