"""What is published: an sdist that is the repository, and a wheel built from it: complete, typed, working."""

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import mullama
from deploy.deployed import lint
from paths import EXAMPLES, ROOT

pytest.importorskip("build", reason="needs build: pip install build")
pytest.importorskip("setuptools", "77")
pytestmark = pytest.mark.slow
NAME = f"mullama-{mullama.__version__}"
MADE = {"PKG-INFO", "setup.cfg"}
CALLER = """
import mullama

mu = mullama.load("small", device="cpu")
song = mu.listen("song.mp3")
text: str = song.ask("What is the tempo?", temperature=0.5).text
for piece in song.stream("Describe the audio"):
    print(piece.upper())
"""


def run(words: Sequence[str | Path], cwd: Path, **environment: str) -> str:
    """Standard output of a program that has to end with 0, without anything of ours on its path."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, env={**kept, **environment},
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked() -> list[str]:
    """The repository's files; the sdist's own, where there is no repository."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("needs the repository: an sdist has no list of files to be held against")
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel that is built from it."""
    source = tmp_path_factory.mktemp("dist") / "source"
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    out = source.parent / "out"
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source], source)
    return out


@pytest.fixture(scope="module")
def python(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel alone; what it depends on is lent by ours, for torch is large."""
    folder = tmp_path_factory.mktemp("environment")
    run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], folder)
    python = folder / "venv" / "bin" / "python"
    (wheel,) = dist.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-qq", "--no-deps"]
    run([*pip, "--no-index", wheel], folder)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run([python, "-c", where], folder).strip())
    ours = run([sys.executable, "-c", where], folder).strip()
    (site / "lent.pth").write_text(f"{ours}\n")
    return python


def test_the_index_will_take_them(dist: Path) -> None:
    lint("twine", "pip install twine", "check", "--strict", *dist.iterdir())


def test_the_wheel_holds_what_a_wheel_should(dist: Path) -> None:
    config = ["--config", ROOT / "pyproject.toml"]
    wheels = dist.glob("*.whl")
    lint("check-wheel-contents", "pip install check-wheel-contents", *config, *wheels)


def test_the_sdist_is_the_repository(dist: Path) -> None:
    with tarfile.open(dist / f"{NAME}.tar.gz") as archive:
        held = {m.name.removeprefix(f"{NAME}/") for m in archive.getmembers() if m.isfile()}
    held = {name for name in held if ".egg-info/" not in name}
    assert held - MADE == set(tracked())


def test_the_wheel_has_every_file_of_the_package(dist: Path) -> None:
    """Its types, the small model's weights, templates, styles and music among them."""
    with zipfile.ZipFile(dist / f"{NAME}-py3-none-any.whl") as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = archive.read(f"{NAME}.dist-info/METADATA").decode()
        licences = {Path(n).name for n in archive.namelist() if "/licenses/" in n}
    assert held == {name.removeprefix("src/") for name in tracked() if name.startswith("src/")}
    assert {"mullama/py.typed", "mullama/weights/small/model.safetensors"} <= held
    assert licences == {"LICENSE", "NOTICE"}
    assert "\nAuthor: the mullama developers\n" in metadata


def test_the_wheel_answers(python: Path, tmp_path: Path) -> None:
    where = run([python, "-c", "import mullama; print(mullama.__file__)"], tmp_path).strip()
    assert Path(where).is_relative_to(python.parents[1])
    ask = ["ask", EXAMPLES / "waltz.flac", "--question", "What is the tempo?", "--device", "cpu"]
    said = run([python.with_name("mullama"), *ask], tmp_path, HF_HUB_OFFLINE="1")
    assert "BPM" in said or "beats" in said, said


def test_a_strict_type_checker_accepts_it_from_outside(python: Path, tmp_path: Path) -> None:
    """And tells a wrong use from a right one, so it did read our types."""
    pytest.importorskip("mypy")
    # What torch says of itself is not at question, and takes minutes to read.
    skipped = "".join(
        f"[mypy-{name}.*]\nfollow_imports = skip\n\n" for name in ("torch", "transformers", "numpy")
    )
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = true\n\n{skipped}")
    (tmp_path / "caller.py").write_text(CALLER)
    mypy = [
        sys.executable,
        "-m",
        "mypy",
        "--python-executable",
        python,
        "--config-file",
        "mypy.ini",
    ]
    run([*mypy, "caller.py"], tmp_path)
    (tmp_path / "wrong.py").write_text(CALLER.replace("text: str", "text: int"))
    with pytest.raises(AssertionError, match=r"wrong\.py:6: error: Incompatible types"):
        run([*mypy, "wrong.py"], tmp_path)
