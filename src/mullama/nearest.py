"""An unknown name and the known ones -> the hint that ends an error line."""

import difflib
from collections.abc import Iterable

MAX_LENGTH = 100
"""Characters of the unknown name that are compared; no known name is longer."""


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """`"; did you mean 'steps'?"`, or an empty string where no known name is near."""
    found = difflib.get_close_matches(str(name)[:MAX_LENGTH], list(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""
