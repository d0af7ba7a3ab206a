"""What docs/serving.md says is run, against the model that ships; its tables are those of the options."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mullama
from mullama.answer_options import AnswerOptions
from mullama.engine import Engine
from mullama.options import options_of
from mullama.options.declare import number_text
from mullama.serving.keys import ApiKeys
from mullama.serving.serve_options import EngineOptions, ServeLimits, ServeOptions
from mullama.serving.service import Service
from paths import ROOT
from running_server import RunningServer

DOCUMENT = (ROOT / "docs" / "serving.md").read_text()
README = (ROOT / "README.md").read_text()
TUTORIAL = (ROOT / "docs" / "tutorials" / "weights-to-service.md").read_text()


@pytest.fixture(scope="module")
def small() -> Iterator[RunningServer]:
    service = Service(lambda: Engine(mullama.load()), ServeOptions(), ServeLimits(), ApiKeys())
    running = RunningServer(service)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "examples" / "rock.mp3", tmp_path / "song.mp3")
    return tmp_path


def blocks(document: str, language: str, server: RunningServer) -> list[str]:
    found = re.findall(rf"```{language}\n(.*?)```", document, re.DOTALL)
    assert found
    return [block.replace(":8000", f":{server.port}") for block in found]


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_curl_lines(small: RunningServer, here: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    first, second = blocks(DOCUMENT, "bash", small)
    answer = json.loads(run(["bash", "-ec", first], here))
    assert answer["choices"][0]["message"]["content"]
    said = run(["bash", "-ec", second], here)
    assert said.startswith("data: {")
    assert "data: [DONE]" in said
    assert '"deleted":true' in said
    assert '"long_caption":"' in said
    for page in (README, TUTORIAL):
        (block,) = blocks(page, "bash", small)
        line = block.splitlines()[1]
        assert json.loads(run(["bash", "-ec", line], here))["caption"]


def test_python_lines(small: RunningServer, here: Path) -> None:
    pytest.importorskip("openai")
    for page in (DOCUMENT, TUTORIAL):
        (snippet,) = blocks(page, "python", small)
        assert run([sys.executable, "-c", snippet], here).strip()


@pytest.mark.parametrize("kind", [ServeLimits, EngineOptions, AnswerOptions, ServeOptions])
def test_tables_are_the_options(kind: Any) -> None:
    rows = [
        f"| `{option.flag}` | {_shown(option.default)} | {option.doc} |"
        for option in options_of(kind).values()
    ]
    assert "\n".join(rows) in DOCUMENT


def _shown(value: Any) -> str:
    if value is None or value is False or value in ((), ""):
        return "-"
    return number_text(value) if isinstance(value, (int, float)) else str(value)
