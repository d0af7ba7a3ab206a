"""For tests that build whole sets."""

import sys

import pytest


@pytest.fixture
def _no_histogram(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without matplotlib, whose import takes longer than a small set."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
