"""While a model is read, memory of large blocks goes back to the system as soon as it is free.

glibc keeps freed blocks of up to 32 MB for itself, and weights that are converted one after the other leave
holes in its heap that nothing fills: 0.25 of the 1.3 GB of a model of 135M. Other systems are left alone.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Options of glibc's mallopt(3)."""
LARGE_BYTES = 2**18
MOST_BYTES = 2**25
"""What glibc's own rule comes to in a process that has freed such a block."""


@contextmanager
def large_blocks_returned() -> Iterator[None]:
    """Within it, blocks of LARGE_BYTES and more are mapped one by one; afterwards it is as usual."""
    if sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"):
        yield
        return
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
    try:
        yield
    finally:
        mallopt(M_MMAP_THRESHOLD, MOST_BYTES)
        mallopt(M_TRIM_THRESHOLD, 2 * MOST_BYTES)
