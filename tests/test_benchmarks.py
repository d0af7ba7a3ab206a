"""The scripts that measure and draw find everything that they use."""

import importlib.util
import sys
from pathlib import Path

import pytest

from paths import DOCS, EXAMPLES, ROOT

SCRIPTS = sorted([*(ROOT / "benchmarks").glob("*.py"), *DOCS.glob("*.py"), *EXAMPLES.glob("*.py")])

OTHERS = ["llama_cpp"]
"""What is measured beside ours, and no part of it."""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_imported(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(script.parent)
    before = set(sys.modules)
    spec = importlib.util.spec_from_file_location(f"script_{script.stem}", script)
    assert spec is not None
    assert spec.loader is not None
    try:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    except ModuleNotFoundError as missing:
        if missing.name not in OTHERS:
            raise
        pytest.skip(f"{script.name} measures {missing.name}, which is not installed")
    finally:
        beside = {path.stem for path in script.parent.glob("*.py")}
        for name in (set(sys.modules) - before) & beside:  # the next script may mean another
            del sys.modules[name]
