"""The answers that a question offers -> options in a fixed order, and which of them is right.

Does not know any set.
"""

import re
from collections.abc import Sequence

from mullama.data.tally import LeftOut
from mullama.errors import UsageError
from mullama.evaluation.metrics.choices import MAX_OPTIONS, Choice
from mullama.jobs.digest import bytes_digest

UNUSABLE = "options that are empty, alike, too few or too many"
NO_KEY = "its key is none of its options"
SHUFFLED = (
    "options stand in an order that is drawn from the item's id, as the set has the right one first"
)
_LETTER = re.compile(r"\(?([A-Z])[).:]\s*(.*)", re.DOTALL)
_LISTED = re.compile(r"^[ \t]*\(?([A-Z])[).:][ \t]+(\S.*?)[ \t]*$", re.MULTILINE)


def require_options(texts: Sequence[str], where: str) -> tuple[str, ...]:
    """The options; raises `LeftOut` where they are no choice."""
    options = tuple(texts)
    try:
        Choice(options, 0)
    except UsageError as error:
        raise LeftOut(UNUSABLE, where) from error
    return options


def right_option(options: Sequence[str], key: str, where: str) -> int:
    """Which option the set's key names; raises `LeftOut` where it names none.

    A key is an option's text, its text behind its letter as in MMAU ("(B) Straight rhythm"), or its
    letter alone.
    """
    plain = [_plain(option) for option in options]
    behind = _LETTER.fullmatch(key)
    for text in (key, behind[2] if behind else ""):
        if text and _plain(text) in plain:
            return plain.index(_plain(text))
    letter = key.strip("() .:")
    if len(letter) == 1 and 0 <= (place := ord(letter) - ord("A")) < min(len(options), MAX_OPTIONS):
        return place
    raise LeftOut(NO_KEY, where)


def shuffled(
    first: str, others: Sequence[str], seed: str, where: str
) -> tuple[tuple[str, ...], int]:
    """Options in an order that depends on the seed alone, and where the first of them came to stand."""
    options = require_options((first, *others), where)
    order = sorted(range(len(options)), key=lambda place: bytes_digest(f"{seed}/{place}".encode()))
    return tuple(options[place] for place in order), order.index(0)


def listed(text: str) -> tuple[str, tuple[str, ...]]:
    """A question that lists its options behind it, a letter and an option a line -> both.

    No options where there is no such list from A on.
    """
    found = list(_LISTED.finditer(text))
    letters = "".join(match[1] for match in found)
    if len(found) < 2 or letters != "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(found)]:
        return text, ()
    return text[: found[0].start()].strip(), tuple(match[2] for match in found)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
