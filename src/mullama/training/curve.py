"""The lines of a run's log become loss.png. Needs matplotlib (the `train` extra)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mullama.training.run_log import Line, read_log

CURVE = "loss.png"
STYLES = {"loss": "-", "validation": "o--"}


def draw(run_folder: Path) -> Path | None:
    """Draw the losses over the steps; None without matplotlib or a line. Raises OSError."""
    lines = [line for line in read_log(run_folder) if STYLES.keys() & line.keys()]
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    if not lines:
        return None
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot(xlabel="optimiser step", ylabel="loss (nats)", title=run_folder.name)
    for label, style, points in _series(lines):
        axes.plot(*zip(*points, strict=True), style, label=label, markersize=3)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(run_folder / CURVE, dpi=110)
    return run_folder / CURVE


def _series(lines: list[Line]) -> Iterator[tuple[str, str, list[tuple[int, Any]]]]:
    """Label, style and (step, loss) of each line to draw."""
    for phase in dict.fromkeys(line.get("phase", "run") for line in lines):
        for key, style in STYLES.items():
            points = [
                (line["total_step"], line[key])
                for line in lines
                if line.get("phase", "run") == phase and line.get(key) is not None
            ]
            if points:
                yield phase if key == "loss" else f"{phase}, {key}", style, points
