"""The script that measures load and faults: each phase's short form runs and keeps its promises."""

import subprocess
import sys
from pathlib import Path

import pytest

from paths import DOCS, ROOT

PHASES = ("load", "ways", "memory", "kill", "stop", "malformed", "slow", "long", "bombs")


@pytest.mark.slow
def test_every_phase_keeps_its_promises(tmp_path: Path) -> None:
    """Promises about speed are another machine's matter; see docs/serving.md."""
    pytest.importorskip("prometheus_client")
    out = tmp_path / "figures.json"
    script = [sys.executable, str(ROOT / "benchmarks" / "serving.py"), "--quick"]
    found = subprocess.run(
        [*script, "--only", ",".join(PHASES), "--out", str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    assert out.exists()


def test_the_page_shows_the_figures_that_are_kept(tmp_path: Path) -> None:
    page = (DOCS / "serving.md").read_text(encoding="utf-8")
    for name in ("make_serving.py", "marked.py", "serving.load.json", "serving.md"):
        (tmp_path / name).write_bytes((DOCS / name).read_bytes())
    subprocess.run([sys.executable, str(tmp_path / "make_serving.py")], check=True)
    assert (tmp_path / "serving.md").read_text(encoding="utf-8") == page
