"""What happens in another thread or process is waited for, not slept for."""

import time
from collections.abc import Callable
from typing import Any


def wait_until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Until `condition` holds; a busy machine is given time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
