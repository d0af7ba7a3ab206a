"""The bookkeeping of many sounds: flat in memory, and little time a row. Printed by pytest -s.

A million take minutes: `python benchmarks/catalogue_rows.py 1000000`.
"""

import json
import subprocess
import sys

import pytest

from paths import ROOT

ROWS = 100_000
MAX_BYTES_A_ROW, MAX_MS_A_ROW = 300, 3.0
"""Memory of the log (20 and 16), its order (16), the index (55), places (30), and arrays that are sorted."""


def measured(rows: int) -> dict[str, float]:
    """In a process of its own, whose peak of memory is nobody else's."""
    command = [sys.executable, str(ROOT / "benchmarks" / "catalogue_rows.py"), str(rows)]
    found: dict[str, float] = json.loads(subprocess.check_output(command))
    print(found)
    return found


@pytest.mark.slow
def test_memory_hardly_grows_with_rows() -> None:
    few, many = measured(ROWS // 10), measured(ROWS)
    grown = (many["peak_mib"] - few["peak_mib"]) * 2**20
    assert grown / (ROWS - ROWS // 10) < MAX_BYTES_A_ROW
    assert many["ms_a_row"] < MAX_MS_A_ROW
    assert many["ms_a_row"] < 3 * few["ms_a_row"]
