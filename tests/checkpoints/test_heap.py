"""Memory that is freed while a model is read is not kept."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from contextlib import nullcontext
from mullama.checkpoints.heap import large_blocks_returned

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4 // 1024

def leave_holes():
    large = bytearray(2**24)
    del large  # from now on glibc would keep blocks up to this size
    blocks = [bytearray(b"1" * 2**19) for _ in range(100)]
    last = bytearray(2**17)  # what lies behind the holes
    del blocks
    return last

before = resident()
with large_blocks_returned() if sys.argv[1] == "returned" else nullcontext():
    kept = leave_holes()
print(resident() - before)
"""


def grown_mib(how: str) -> int:
    command = [sys.executable, "-c", PROGRAM, how]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_freed_blocks_go_back_to_the_system() -> None:
    assert grown_mib("returned") < min(8, grown_mib("as usual"))
