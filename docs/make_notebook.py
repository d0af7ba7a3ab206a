"""Runs examples/first_song.ipynb and stores what came out, but for the sound.

python docs/make_notebook.py
"""

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "examples" / "first_song.ipynb"
SECONDS = 120
"""That a cell may take."""


def executed(path: Path) -> Any:
    """The notebook with new outputs, run in its own folder; raises nbclient's CellExecutionError."""
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", resources=place, coalesce_streams=True
    )
    client.execute()
    return notebook


def small(notebook: Any) -> Any:
    """The same without players, which hold the whole song, and without what is of this machine."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not plays(output)]
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def plays(output: Any) -> bool:
    """Whether an output is a player with a song in it."""
    return "<audio" in output.get("data", {}).get("text/html", "")


if __name__ == "__main__":
    nbformat.write(small(executed(NOTEBOOK)), NOTEBOOK)
