"""Likelihoods of given answers -> which one it is, how sure that is, and whether it can be told at all.

Imports no torch.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mullama.answer.forms import BARE, Form, stored_forms
from mullama.errors import UsageError

CANNOT_TELL = "cannot tell"
MAX_CHOICES = 256
MAX_CHOICE_TOKENS = 64
"""Of each choice, with the end of the answer."""


@dataclass(frozen=True)
class Choice:
    """One of the answers that were given to choose from, or None: "cannot tell"."""

    answer: str | None
    """The most probable one; None where it is less probable than was asked for."""
    probability: float
    """Of the most probable one."""
    probabilities: dict[str, float]
    """Of all choices, in the order in which they were given; they sum to 1."""
    calibrated: bool
    """Whether the model's folder says how far its likelihoods are to be believed; if not, probabilities
    are the bare likelihoods' shares."""
    logprobs: dict[str, float]
    """Natural logarithms of the probability that the model's answer is just this, of all choices; the
    rest of it, should they not sum to 1, is for other answers."""
    question: str
    audio: str
    """The file that was listened to, or what the caller named the sound."""
    seconds_heard: float
    seconds_total: float | None
    """None where the container does not tell and not all of it was read."""
    model: str

    def __str__(self) -> str:
        """As `mullama ask` prints it: "yes (93 %)", or "cannot tell"."""
        if self.answer is None:
            return CANNOT_TELL
        trust = "" if self.calibrated else ", uncalibrated"
        return f"{self.answer} ({100 * self.probability:.0f} %{trust})"

    @property
    def coverage(self) -> float:
        """The share of the model's own answers that these choices are: little where it would rather say
        something else, as that it hears no music."""
        return min(1.0, sum(map(math.exp, self.logprobs.values())))

    def as_record(self) -> dict[str, Any]:
        """What a line of `mullama ask --json` holds."""
        return {**asdict(self), "coverage": self.coverage}


@dataclass(frozen=True)
class Calibration:
    """How likelihoods become probabilities: softmax((heard - prior * unheard) / temperature).

    `heard` is a choice's log-probability about the music, `unheard` the same without any music
    (Holtzman et al. 2021, arXiv 2104.08315); the temperature is Guo et al.'s (2017, arXiv 1706.04599).
    """

    temperature: float = 1.0
    prior: float = 0.0
    fitted: bool = False
    forms: tuple[Form, ...] = (BARE,)
    """What a choice may be said as; its probability is that of all of them."""

    @classmethod
    def stored(cls, generation: Mapping[str, Any]) -> "Calibration":
        """What a generation_config.json states as `choice_temperature`, `choice_prior`, `choice_forms`."""
        forms = stored_forms(generation.get("choice_forms"))
        temperature = generation.get("choice_temperature")
        if temperature is None:
            return cls(forms=forms)
        prior = generation.get("choice_prior") or 0.0
        return cls(float(temperature), float(prior), fitted=True, forms=forms)

    def probabilities(self, heard: Sequence[float], unheard: Sequence[float]) -> list[float]:
        """Of each choice; `unheard` may be empty where nothing is made of it."""
        before = unheard or [0.0] * len(heard)
        scores = [
            (one - self.prior * other) / self.temperature
            for one, other in zip(heard, before, strict=True)
        ]
        shares = [math.exp(score - max(scores)) for score in scores]
        return [share / sum(shares) for share in shares]


def check_choices(choices: Sequence[str], min_probability: float = 0.0) -> list[str]:
    """The choices without the white space around them; raises UsageError for what is none."""
    if not 0 <= min_probability <= 1:
        raise UsageError(f"min_probability is from 0 to 1, not {min_probability!r}")
    if isinstance(choices, str):
        raise UsageError(f"choices are a list of texts, not the one text {choices!r}")
    for number, choice in enumerate(choices, start=1):
        if not isinstance(choice, str):
            raise UsageError(f"choice {number} is no text but {choice!r}")
    found = [choice.strip() for choice in choices]
    if not 2 <= len(found) <= MAX_CHOICES:
        raise UsageError(f"{len(found)} choices: give 2 to {MAX_CHOICES}")
    if not all(found):
        raise UsageError(f"choice {found.index('') + 1} is empty: leave it out")
    if len(set(found)) < len(found):
        twice = next(choice for choice in found if found.count(choice) > 1)
        raise UsageError(f"the choice {twice!r} is there twice: leave one out")
    return found
