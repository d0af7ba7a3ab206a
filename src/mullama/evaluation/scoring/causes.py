"""Why answers failed -> the commonest causes, told apart without regard to where each was met."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from mullama.evaluation.counted import counted

MAX_CAUSES = 5
_PLACE = re.compile(r"\b(line|item|row) \d+")


def grouped(causes: Mapping[str, int]) -> dict[str, int]:
    """The commonest causes with how often each was met.

    Those that differ in a line's, an item's or a row's number alone are one: the first, and how many
    like it.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for why in causes:
        groups[_PLACE.sub(r"\1", why)].append(why)
    told = Counter({_name(group): sum(causes[why] for why in group) for group in groups.values()})
    return dict(told.most_common(MAX_CAUSES))


def _name(group: list[str]) -> str:
    rest = len(group) - 1
    return f"{group[0]} (and at {counted(rest, 'other place')})" if rest else group[0]
