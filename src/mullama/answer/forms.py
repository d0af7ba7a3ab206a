"""How a model words its answers: "D major" is said as "The key is D major.", yes as "Yes, ...".

Forms are data that stands with the weights, for weights answer in the words they were trained with. In a
form {choice} stands for a choice and {Choice} for it with a capital; one that ends in "..." may go on
as it will.
"""

import re
from dataclasses import dataclass

from mullama.errors import CheckpointError

MAX_FORMS, MAX_FORM = 32, 200
OPEN = "..."
PLACE = re.compile(r"\{[cC]hoice\}")


@dataclass(frozen=True)
class Form:
    """One way of saying a choice."""

    text: str

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

    def say(self, choice: str) -> str:
        """The words for a choice."""
        capital = choice[:1].upper() + choice[1:]
        place = "{Choice}" if "{Choice}" in self.text else "{choice}"
        said = self.text if self.ends else self.text.removesuffix(OPEN).rstrip()
        return said.replace(place, capital if place == "{Choice}" else choice)


BARE = Form("{choice}")
"""Just the choice: always among a model's forms."""


def stored_forms(texts: list[str] | None) -> tuple[Form, ...]:
    """What a generation_config.json states as `choice_forms`. Raises CheckpointError."""
    if texts and len(texts) > MAX_FORMS:
        raise CheckpointError(f"{len(texts)} forms of choices; {MAX_FORMS} are read")
    return tuple(dict.fromkeys([BARE, *map(Form, texts or ())]))
