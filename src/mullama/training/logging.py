"""What happens in a run becomes a progress bar, log.jsonl, TensorBoard, and a curve as PNG.

Lines are only added; a resumed run first drops those that its checkpoint does not know. Does not
know what is trained.
"""

import contextlib
import hashlib
import json
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mullama.errors import UsageError

LOG, CURVE, ENVIRONMENT = "log.jsonl", "loss.png", "environment.json"
PACKAGES = ("mullama", "torch", "transformers", "tokenizers", "safetensors", "numpy")


class RunLogger:
    """The visible side of one run; `quiet` for all processes but the first."""

    def __init__(
        self,
        folder: Path,
        report: Callable[[str], None],
        *,
        quiet: bool = False,
        tensorboard: bool = False,
        wandb: str | None = None,
    ) -> None:
        self.folder, self.quiet = folder, quiet
        self._report = report
        self.since = Pace()
        self._bar: Any = None
        self._board = _tensorboard(folder) if tensorboard and not quiet else None
        self._wandb = _wandb(wandb, folder) if wandb and not quiet else None

    def begin(self, steps_done: int, phase: str, steps: int, done_in_phase: int) -> None:
        """A phase begins or goes on; lines of steps that have yet to be taken again are dropped."""
        self.since = Pace()
        if self.quiet:
            return
        self._forget(steps_done)
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=steps, initial=done_in_phase, desc=phase, unit="step")

    def step(self, loss: float, tokens: float) -> None:
        """One step has been taken."""
        tokens_a_second = self.since.add(loss, tokens)
        if self._bar is not None:
            self._bar.update()
            self._bar.set_postfix_str(f"loss {loss:.4f}, {tokens_a_second:,.0f} tokens/s", False)

    def line(self, total_step: int, **values: Any) -> None:
        """Add a line of figures: `total_step` counts over all phases."""
        if self.quiet:
            return
        with contextlib.suppress(OSError), (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps({"total_step": total_step, **values}) + "\n")
        numbers = {key: value for key, value in values.items() if isinstance(value, float)}
        if self._board:
            for key, value in numbers.items():
                self._board.add_scalar(f"{values.get('phase', 'run')}/{key}", value, total_step)
        if self._wandb:
            self._wandb.log(numbers, step=total_step)

    def pace(self, total_step: int, phase: str, step: int, steps: int, rate: float) -> None:
        """Add a line about the steps since the last one, and say it where no bar shows."""
        loss, seconds, tokens = self.since.take()
        self.line(
            total_step,
            phase=phase,
            step=step,
            of=steps,
            loss=round(loss, 5),
            learning_rate=rate,
            seconds_a_step=round(seconds, 4),
            tokens_a_second=round(tokens, 1),
        )
        if self._bar is None:
            speed = f", {tokens:,.0f} tokens/s" if tokens else ""
            self.say(
                f"{phase} {step}/{steps}  loss {loss:.4f}  {seconds:.3f} s a step{speed}, "
                f"{_minutes(seconds * (steps - step))} left"
            )

    def say(self, text: str) -> None:
        """Tell the person who waits."""
        if not self.quiet:
            self._report(text)

    def end(self) -> None:
        """Close a phase's bar and draw the curve as it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        # A full disk is the checkpoint's to report; a picture must not stand in its way.
        with contextlib.suppress(OSError):
            if not self.quiet:
                draw(self.folder)
            if self._board:
                self._board.flush()

    def _forget(self, steps_done: int) -> None:
        path = self.folder / LOG
        if not path.exists():
            return
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if _step_of(line) <= steps_done]
        if len(kept) < len(lines):
            part = path.with_suffix(".part")
            part.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
            part.replace(path)


class Pace:
    """Losses, tokens and seconds since the last line."""

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._tokens, self._since = 0.0, time.monotonic()

    def add(self, loss: float, tokens: float) -> float:
        """One step more; tokens a second so far."""
        self._losses.append(loss)
        self._tokens += tokens
        return self._tokens / max(time.monotonic() - self._since, 1e-9)

    def take(self) -> tuple[float, float, float]:
        """Mean loss, seconds a step and tokens a second; begin anew."""
        seconds = time.monotonic() - self._since
        steps = len(self._losses)
        found = sum(self._losses) / steps, seconds / steps, self._tokens / max(seconds, 1e-9)
        self.__init__()  # type: ignore[misc]
        return found


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's log."""
    path = folder / LOG
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def draw(folder: Path) -> Path | None:
    """Draw the losses over the steps; None without matplotlib (the `train` extra) or a line."""
    lines = [line for line in read_log(folder) if "loss" in line or "validation" in line]
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    if not lines:
        return None
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot(xlabel="optimiser step", ylabel="loss (nats)", title=folder.name)
    for phase in dict.fromkeys(line["phase"] for line in lines):
        for key, style in (("loss", "-"), ("validation", "o--")):
            points = [
                (line["total_step"], line[key])
                for line in lines
                if line["phase"] == phase and key in line
            ]
            if points:
                label = phase if key == "loss" else f"{phase}, validation"
                axes.plot(*zip(*points, strict=True), style, label=label, markersize=3)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(folder / CURVE, dpi=110)
    return folder / CURVE


def environment(world_size: int, device: str) -> dict[str, Any]:
    """What a run was made with."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": found,
        "processes": world_size,
        "device": device,
    }


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"


def _step_of(line: str) -> int:
    try:
        return int(json.loads(line)["total_step"])
    except (json.JSONDecodeError, KeyError):  # torn by a kill
        return sys.maxsize


def _tensorboard(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise UsageError("--tensorboard needs it: pip install mullama[train]") from error
    return SummaryWriter(str(folder / "tensorboard"))


def _wandb(project: str, folder: Path) -> Any:
    try:
        import wandb
    except ImportError as error:
        raise UsageError("--wandb needs it: pip install mullama[wandb]") from error
    known = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return wandb.init(project=project, id=known, name=folder.name, dir=str(folder), resume="allow")
