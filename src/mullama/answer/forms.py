"""How a model words its answers: "D major" is said as "The key is D major.", yes as "Yes, ...".

Forms are data that stands with the weights, for weights answer in the words they were trained with. In a
form {choice} stands for a choice and {Choice} for it with a capital; one that ends in "..." may go on
as it will. Each has a trust of its own: how far a model is to be believed depends on what it speaks of.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from mullama.errors import CheckpointError
from mullama.options import Bounds, Options

MAX_FORMS, MAX_FORM = 32, 200
OPEN = "..."
PLACE = re.compile(r"\{[cC]hoice\}")


@dataclass(frozen=True, kw_only=True)
class Trust(Options):
    """How scores become probabilities: (1 - lapse) softmax(scores / temperature) + lapse / choices."""

    temperature: Annotated[float, Bounds(0.01, 100)] = 1.0
    """Above 1 for a model that is too sure of itself (Guo et al. 2017, arXiv 1706.04599)."""
    lapse: Annotated[float, Bounds(0, 1)] = 0.0
    """The share of questions at which the answer is as if by chance, however sure the model is: the lapse
    rate of psychometric functions (Wichmann and Hill 2001, doi 10.3758/BF03194544)."""

    def probabilities(self, scores: Sequence[float]) -> list[float]:
        """Of each choice; they sum to 1."""
        best = max(scores)
        shares = [math.exp((score - best) / self.temperature) for score in scores]
        kept, chance = (1 - self.lapse) / sum(shares), self.lapse / len(scores)
        return [kept * share + chance for share in shares]


@dataclass(frozen=True)
class Form:
    """One way of saying a choice."""

    text: str
    trust: Trust | None = None
    """In what is said like this; None where that was not measured."""

    def __post_init__(self) -> None:
        if len(self.text) > MAX_FORM or len(PLACE.findall(self.text)) != 1:
            raise CheckpointError(
                f"the form {self.text[:MAX_FORM]!r} of choices should hold {{choice}} once"
            )

    @property
    def head(self) -> str:
        """What is said before the choice itself."""
        return PLACE.split(self.text)[0].strip()

    @property
    def ends(self) -> bool:
        """Whether nothing may follow."""
        return not self.text.endswith(OPEN)

    @property
    def is_bare(self) -> bool:
        """Whether it is just the choice."""
        return self.text == BARE

    def say(self, choice: str) -> str:
        """The words for a choice."""
        capital = choice[:1].upper() + choice[1:]
        place = "{Choice}" if "{Choice}" in self.text else "{choice}"
        return self._said.replace(place, capital if place == "{Choice}" else choice)

    def says(self, text: str) -> bool:
        """Whether a text is said like this, as "The key is D major." is."""
        return _pattern(self._said, self.ends).fullmatch(text) is not None

    @property
    def _said(self) -> str:
        """What is said of it, before anything that may follow."""
        return self.text if self.ends else self.text.removesuffix(OPEN).rstrip()


@lru_cache(maxsize=2 * MAX_FORMS)
def _pattern(said: str, ends: bool) -> re.Pattern[str]:
    before, after = map(re.escape, PLACE.split(said))
    end = "" if ends else r"(?!\w).*"  # after "Yes, the" no "there"
    return re.compile(f"{before}.+{after}{end}", re.DOTALL)


BARE = "{choice}"
"""Just the choice: always among a model's forms."""


def stored_forms(stored: Mapping[str, Mapping[str, Any] | None] | None) -> tuple[Form, ...]:
    """What a generation_config.json states as `choice_forms`: the trust in each, or none.

    Raises CheckpointError for forms that are none, UsageError for a trust that is none.
    """
    if stored and len(stored) > MAX_FORMS:
        raise CheckpointError(f"{len(stored)} forms of choices; {MAX_FORMS} are read")
    return tuple(
        Form(text, None if trust is None else Trust(**trust))
        for text, trust in {BARE: None, **(stored or {})}.items()
    )
