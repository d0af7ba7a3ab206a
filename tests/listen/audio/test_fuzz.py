"""Damaged files of every format, by the short way; the long one is benchmarks/fuzz_audio.py itself."""

import json
import subprocess
import sys

from paths import ROOT


def test_damaged_files_are_read_or_refused() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "fuzz_audio.py", "--mutations", "700"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ends = json.loads(done.stdout)
    assert ends.pop("faults") == 0
    assert sum(ends.values()) == 700
    assert (
        min(ends[end] for end in ("refused", "warned", "whole")) > 70
    )  # neither too wild nor too tame
