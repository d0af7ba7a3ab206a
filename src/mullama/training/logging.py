"""What happens in a run becomes a progress bar, lines on stderr and in log.jsonl, and curves.

A full disk is the checkpoint's to report; nothing here stands in its way. Does not know what is
trained.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mullama.training.boards import Board
from mullama.training.checkpoints import TrainingError
from mullama.training.curve import draw
from mullama.training.run_log import RunLog


class RunLogger:
    """The visible side of one run; `quiet` for all processes but the main one."""

    def __init__(
        self,
        folder: Path,
        report: Callable[[str], None],
        *,
        quiet: bool = False,
        boards: Sequence[Board] = (),
    ) -> None:
        self.folder, self.quiet, self.boards = folder, quiet, boards
        self._report = report
        self._log = RunLog(folder)
        self._pace = Pace()
        self._bar: Any = None

    def begin(self, steps_done: int, phase: str, steps: int, done_in_phase: int) -> None:
        """A phase begins or goes on; lines of steps that have yet to be taken again are dropped."""
        self._pace = Pace()
        if self.quiet:
            return
        with contextlib.suppress(TrainingError):
            self._log.drop_after(steps_done)
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=steps, initial=done_in_phase, desc=phase, unit="step")

    def step(self, loss: float, tokens: float) -> None:
        """One step has been taken."""
        tokens_a_second = self._pace.add(loss, tokens)
        if self._bar is not None:
            self._bar.update()
            self._bar.set_postfix_str(f"loss {loss:.4f}, {tokens_a_second:,.0f} tokens/s", False)

    def line(self, total_step: int, **values: Any) -> None:
        """Add a line of figures: `total_step` counts over all phases."""
        if self.quiet:
            return
        with contextlib.suppress(TrainingError):
            self._log.add(total_step, values)
        numbers = {key: value for key, value in values.items() if isinstance(value, float)}
        for board in self.boards:
            board.add(total_step, str(values.get("phase", "run")), numbers)

    def pace(self, total_step: int, phase: str, step: int, steps: int, rate: float) -> None:
        """Add a line about the steps since the last one, and say it where no bar shows."""
        pace, self._pace = self._pace.summary(), Pace()
        self.line(
            total_step,
            phase=phase,
            step=step,
            of=steps,
            loss=round(pace.loss, 5),
            learning_rate=rate,
            seconds_a_step=round(pace.seconds_a_step, 4),
            tokens_a_second=round(pace.tokens_a_second, 1),
        )
        if self._bar is None:
            tokens = f", {pace.tokens_a_second:,.0f} tokens/s" if pace.tokens_a_second else ""
            self.say(
                f"{phase} {step}/{steps}  loss {pace.loss:.4f}  {pace.seconds_a_step:.3f} s a step"
                f"{tokens}, {_minutes(pace.seconds_a_step * (steps - step))} left"
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
        with contextlib.suppress(OSError, TrainingError):
            if not self.quiet:
                draw(self.folder)
            for board in self.boards:
                board.flush()


class PaceSummary(NamedTuple):
    """What some steps were like."""

    loss: float
    """Their mean."""
    seconds_a_step: float
    tokens_a_second: float


class Pace:
    """Losses, tokens and seconds since it was made."""

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._tokens, self._since = 0.0, time.monotonic()

    def add(self, loss: float, tokens: float) -> float:
        """One step more; tokens a second so far."""
        self._losses.append(loss)
        self._tokens += tokens
        return self._tokens / max(time.monotonic() - self._since, 1e-9)

    def summary(self) -> PaceSummary:
        """What the steps were like; there must have been one."""
        seconds, steps = time.monotonic() - self._since, len(self._losses)
        return PaceSummary(
            sum(self._losses) / steps, seconds / steps, self._tokens / max(seconds, 1e-9)
        )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"
