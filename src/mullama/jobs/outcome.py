"""What a run did: counts, causes, an exit code, and a summary in a few lines."""

from collections import Counter
from dataclasses import dataclass, field

MAX_CAUSES = 3
"""Causes that a summary names, the commonest first."""
MAX_DISTINCT_CAUSES, OTHER_CAUSES = 1000, "other causes"
"""Causes may name their file each; more than these are counted together."""


@dataclass
class Outcome:
    """What became of a job's items in one run."""

    written: int = 0
    failed: int = 0
    """In this run."""
    skipped: int = 0
    """Done in an earlier run, or met before in this one."""
    failed_before: int = 0
    """Failed in an earlier run, and not tried again."""
    causes: Counter[str] = field(default_factory=Counter)
    """Why items failed in this run -> how many."""

    def count(self, failure: str) -> None:
        """One more item: why it failed, empty where it did not."""
        if not failure:
            self.written += 1
            return
        self.failed += 1
        known = failure in self.causes or len(self.causes) < MAX_DISTINCT_CAUSES
        self.causes[failure if known else OTHER_CAUSES] += 1

    @property
    def exit_code(self) -> int:
        """0: every item is done; 1: some are not; 2: none is."""
        if not self.written + self.skipped:
            return 2
        return 1 if self.failed + self.failed_before else 0

    def lines(self) -> list[str]:
        """The summary."""
        lines = [f"{self.written} written, {self.failed} failed, {self.skipped} there before"]
        lines += [f"{count} failed: {why}" for why, count in self.causes.most_common(MAX_CAUSES)]
        if self.failed_before:
            lines.append(f"{self.failed_before} failed before; ask again with --retry-failed")
        return lines
