"""One engine with the model that ships, for every test of the demo."""

from collections.abc import Iterator

import pytest

import mullama
from mullama.engine import Engine


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    opened = Engine(mullama.load(), max_seconds=60)
    yield opened
    opened.close(drain=False)
