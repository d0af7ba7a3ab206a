"""What the tests of plug-ins share: the small model's own answers, to compare with."""

import pytest

import mullama
from mullama.song import MuLlama


@pytest.fixture(scope="session")
def small() -> MuLlama:
    return mullama.load(device="cpu")
