"""Answers to multiple-choice questions -> accuracy, and how many answers could not be read.

An answer that cannot be read is wrong, and its share is reported. Likelihoods of the options are
scored beside it, since they need no reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import ItemMeans, Statistics
from mullama.evaluation.metrics.read_choice import read_choice
from mullama.evaluation.metrics.texts import check_pairs, check_text

MAX_OPTIONS = 26
Float1d = Float[np.ndarray, " options"]


@dataclass(frozen=True)
class Choice:
    """A question's options and which is right."""

    options: tuple[str, ...]
    right: int

    def __post_init__(self) -> None:
        if not 2 <= len(self.options) <= MAX_OPTIONS:
            raise UsageError(f"a choice has 2 to {MAX_OPTIONS} options, not {len(self.options)}")
        if not 0 <= self.right < len(self.options):
            raise UsageError(f"option {self.right} is not among {len(self.options)} options")
        if len(set(self.options)) < len(self.options) or not all(map(str.strip, self.options)):
            raise UsageError(f"the options {self.options} are empty or alike")


class Choices(ItemMeans):
    """Accuracy of written answers; candidates are texts."""

    name: ClassVar = "choices"
    columns: ClassVar = ("items", "accuracy", "unreadable", "chance")
    headline: ClassVar = "accuracy"
    perfect: ClassVar = {"accuracy": 1.0}

    def signature(self) -> str:
        """How answers are read."""
        return "read:letter-or-text|unreadable:wrong|mullama:2"

    def items(self, references: Sequence[Choice], candidates: Sequence[str]) -> Statistics:
        """Columns: 1, whether right, whether unreadable, one by the number of options."""
        check_pairs(references, candidates)
        rows = []
        for i, (choice, answer) in enumerate(zip(references, candidates, strict=True)):
            _check_choice(choice, i)
            check_text(answer, f"candidate {i}")
            named = read_choice(answer, choice.options)
            rows.append((1.0, named == choice.right, named is None, 1 / len(choice.options)))
        return np.array(rows, dtype=float)


class ChoiceLikelihoods(ItemMeans):
    """Accuracy of the most likely option; candidates are log-probabilities, one for each option.

    `accuracy_normalised` divides them by the characters of each option, so that short options do
    not win by being short. A tie for the first place is wrong.
    """

    name: ClassVar = "choice-likelihoods"
    columns: ClassVar = ("items", "accuracy", "accuracy_normalised", "chance")
    headline: ClassVar = "accuracy"
    perfect: ClassVar = {"accuracy": 1.0, "accuracy_normalised": 1.0}

    def signature(self) -> str:
        """What is compared."""
        return "logprob:sum|normalised:characters|ties:wrong|mullama:1"

    def items(
        self, references: Sequence[Choice], candidates: Sequence[Sequence[float]]
    ) -> Statistics:
        """Columns: 1, whether right, whether right by normalised values, one by the options."""
        check_pairs(references, candidates)
        rows = []
        for i, (choice, given) in enumerate(zip(references, candidates, strict=True)):
            _check_choice(choice, i)
            logprobs = _logprobs(given, choice, i)
            lengths = np.array([len(option) for option in choice.options])
            rows.append(
                (1.0, _wins(logprobs, choice), _wins(logprobs / lengths, choice), 1 / len(lengths))
            )
        return np.array(rows, dtype=float)


def _check_choice(choice: object, i: int) -> None:
    if not isinstance(choice, Choice):
        raise UsageError(f"reference {i} is not a Choice but of type {type(choice).__name__}")


def _logprobs(given: Sequence[float], choice: Choice, i: int) -> Float1d:
    try:
        found = np.asarray(given, dtype=float)
    except (TypeError, ValueError) as cause:
        raise UsageError(f"candidate {i} is not a list of log-probabilities") from cause
    if found.shape != (len(choice.options),) or np.isnan(found).any() or (found > 0).any():
        raise UsageError(
            f"candidate {i} is not {len(choice.options)} log-probabilities, one for each option"
        )
    return found


def _wins(values: Float1d, choice: Choice) -> bool:
    return bool((values == values.max()).sum() == 1 and values.argmax() == choice.right)
