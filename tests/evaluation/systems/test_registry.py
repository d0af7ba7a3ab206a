"""Every kind of system is documented by an example that opens, and is cheap to make."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.evaluation.systems.registry import SYSTEMS, SystemSpec
from mullama.options import options_of
from paths import ROOT

SECTION = (ROOT / "docs" / "evaluation.md").read_text().split("## Systems")[1].split("\n## ")[0]
EXAMPLES = dict(re.findall(r"^\| `([\w-]+)` \|.*\| `([^`]+)` \|$", SECTION, re.MULTILINE))
OPTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^###|\Z)", SECTION, re.MULTILINE | re.DOTALL))


def test_every_kind_has_its_row() -> None:
    assert list(EXAMPLES) == SYSTEMS.names()


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_example_opens(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MULLAMA_API_KEY", raising=False)
    spec = SystemSpec.from_text(EXAMPLES[kind])
    assert spec.kind == kind
    assert json.dumps(dict(spec.options))
    system = spec.open()
    assert system.hears == (kind in ("mullama", "transformers", "openai", "gradio"))


@pytest.mark.parametrize("kind", ["transformers", "openai", "gradio"])
def test_every_option_is_documented_with_its_default(kind: str) -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", OPTIONS[kind], re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(options_of(SYSTEMS.load(kind).options_type))


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(UsageError, match="unknown key 'textt'"):
        SystemSpec.from_text("constant:textt=a").open()


@pytest.mark.parametrize(
    "names",
    [
        ("模型", "système", "модель"),
        ("模型 A", "A 型模", "A"),
        ("n" * 300, "n" * 299),
        ("...", "", "!?"),
    ],
)
def test_names_in_any_script_and_of_any_length_have_files_of_their_own(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    files = [SystemSpec("echo", name).file_name for name in names]
    assert len(set(files)) == len(files)
    for file in files:
        assert re.fullmatch(r"[A-Za-z0-9][\w.-]*", file, re.ASCII)
        (tmp_path / f"{file}-1000-of-1000.jsonl.partial").touch()
    assert files == [SystemSpec("echo", name).file_name for name in names]


def test_a_plain_name_is_the_name_of_its_files() -> None:
    assert SystemSpec("echo", "LTU, 7B (demo)").file_name == "LTU-7B-demo"
    assert SystemSpec("echo").file_name == "echo"


def test_naming_all_systems_imports_nothing_heavy() -> None:
    code = (
        "import sys; from mullama.evaluation.systems.registry import SYSTEMS;"
        "[SYSTEMS.load(name) for name in SYSTEMS.names()];"
        "print([m for m in ('torch', 'transformers', 'openai', 'gradio_client') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
