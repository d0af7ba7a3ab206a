"""What the files in deploy/ say, as data; and the linters that judge them."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mullama.cli import build_parser
from mullama.options import from_flags
from mullama.serving.serve_options import ServeLimits, ServeOptions
from paths import ROOT

DEPLOY = ROOT / "deploy"
USER = 10001
"""Whom every way to deploy runs as, but for systemd's, which finds a user of its own."""


def instructions() -> list[tuple[str, str]]:
    """The Containerfile's: (name, the rest), continued lines joined."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Containerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines) if name]


def last(name: str) -> str:
    """The last instruction of this name, which is the final stage's."""
    return [rest for found, rest in instructions() if found == name][-1]


def entrypoint() -> list[str]:
    words: list[str] = yaml.safe_load(last("ENTRYPOINT"))
    return words


def documents(name: str) -> list[dict[str, Any]]:
    """Of a YAML file; what may be set from outside has its default."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (DEPLOY / name).read_text())
    return list(yaml.safe_load_all(text))


def unit() -> dict[str, list[str]]:
    """The systemd unit: setting -> what it is set to, once or more often."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "mullama.service").read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def unit_command() -> list[str]:
    """What the unit starts, with its specifiers put in; without what an administrator may add."""
    command = unit()["ExecStart"][0].replace("%d", "/run/credentials").replace("%S", "/var/lib")
    return [word for word in shlex.split(command) if not word.startswith("$")]


def parsed(command: list[str]) -> tuple[ServeOptions, ServeLimits]:
    """A command line as `mullama` reads it; one that it would refuse fails the test."""
    assert Path(command[0]).name == "mullama"
    assert command[1] == "serve"
    found = build_parser("serve").parse_args(command[1:])
    return from_flags(ServeOptions, found), from_flags(ServeLimits, found)


def stops_within(limits: ServeLimits) -> float:
    """How many seconds a server may take to stop by itself."""
    pytest.importorskip("uvicorn")
    from mullama.serving.server import ANSWER_LAST_SECONDS

    return limits.drain_seconds + ANSWER_LAST_SECONDS


def lint(program: str, package: str, *arguments: str | Path, silent: bool = False) -> None:
    """Run a linter, which must find nothing and, if `silent`, say nothing; skip where there is none."""
    beside = shutil.which(program, path=Path(sys.executable).parent) or shutil.which(program)
    if beside is None:
        pytest.skip(f"needs {program}: {package}")
    done = subprocess.run(
        [beside, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not silent or not done.stderr, done.stderr
