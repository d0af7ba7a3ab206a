"""What became of a collection's rows: how many were described, which were left out and why.

Does not print; a command does.
"""

from collections import Counter
from collections.abc import Callable

from mullama.printable import printable

MAX_REPORTED = 3
"""How many left-out rows a summary names of each kind."""
MAX_SHOWN = 400
"""Characters of a row's name."""

MALFORMED = "malformed"
NO_AUDIO = "without audio"
HELD_OUT = "held out"
FEW_TAGS = "with too few tags"
OTHER_FOLDER = "in other folders"
TWICE = "there twice"


class LeftOut(Exception):  # noqa: N818 - not an error: a row that is counted and passed over
    """Raised over one row: `reason` is what is counted, `what` names the row."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(f"{reason}: {what}")
        self.reason, self.what = reason, printable(what)[:MAX_SHOWN]


class Tally:
    """Counts rows as they pass, in memory that does not grow with them."""

    def __init__(self, notice: Callable[[str, str], None] | None = None) -> None:
        self.described = 0
        """Rows that became a description and were passed on."""
        self.left_out: Counter[str] = Counter()
        """Reason -> rows."""
        self._first: dict[str, list[str]] = {}
        self._notice = notice

    def leave_out(self, left: LeftOut) -> None:
        """Count a row; `notice` is told the reason and the row at once, of every row."""
        self.left_out[left.reason] += 1
        first = self._first.setdefault(left.reason, [])
        if len(first) < MAX_REPORTED:
            first.append(left.what)
        if self._notice is not None:
            self._notice(left.reason, left.what)

    def lines(self) -> list[str]:
        """The summary, a line for each reason, commonest first."""
        lines = [f"{self.described} described"]
        for reason, count in self.left_out.most_common():
            more = ", ..." if count > MAX_REPORTED else ""
            lines.append(f"{count} {reason} ({', '.join(self._first[reason])}{more})")
        return lines
