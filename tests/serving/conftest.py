"""Servers as fixtures. Without the extra `serve` nothing here is collected."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import pytest

from mullama.commands.serve import LIBRARIES
from mullama.song import MuLlama

collect_ignore_glob = [] if all(map(find_spec, (*LIBRARIES, "httpx"))) else ["test_*.py"]


@pytest.fixture
def serving(mu: MuLlama) -> Callable[..., Any]:
    """`with serving(limits={...}, keys=(...)) as server:`; see `running_server.running`."""
    from running_server import running

    return partial(running, mu)


@pytest.fixture
def server(serving: Callable[..., Any]) -> Iterator[Any]:
    with serving() as running:
        yield running
