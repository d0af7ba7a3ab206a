"""The notebook runs from top to bottom, and what is stored in it is what comes out."""

import time
from typing import Any

import pytest

from document_scripts import script
from paths import EXAMPLES

NOTEBOOK = EXAMPLES / "first_song.ipynb"
MINUTES = 2
"""What is promised of a laptop's CPU."""


def texts(notebook: Any) -> list[str]:
    """What each cell prints."""
    printed = []
    for cell in notebook.cells:
        outputs = cell.get("outputs", ())
        printed.append("".join(one.text for one in outputs if one.get("name") == "stdout"))
    return printed


def media(notebook: Any) -> list[str]:
    """Kinds of what is shown beside text."""
    return [
        kind
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        for kind in output.get("data", {})
    ]


@pytest.mark.slow
def test_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("nbclient", "nbformat", "ipykernel", "matplotlib"):
        pytest.importorskip(package)
    import nbformat

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    start = time.monotonic()
    notebook = script("make_notebook").executed(NOTEBOOK)
    assert time.monotonic() - start < 60 * MINUTES
    assert texts(notebook) == texts(nbformat.read(NOTEBOOK, as_version=4))
    assert any("<audio" in html for html in players(notebook))
    assert "image/png" in media(notebook)
    assert "I hear" in "".join(texts(notebook))


def players(notebook: Any) -> list[str]:
    """What is shown as HTML."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [output.get("data", {}).get("text/html", "") for output in outputs]


def test_it_is_stored_small_and_without_this_machine() -> None:
    """Text and one picture; no sound, no warnings, no local paths."""
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert NOTEBOOK.stat().st_size < 200_000
    assert not any(players(notebook))
    assert media(notebook).count("image/png") == 1
    assert not [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.get("name") == "stderr"
    ]
