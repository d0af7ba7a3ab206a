"""Numbers as tables print them. A number that is not known is a dash, never a zero."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "\N{EN DASH}"


@dataclass(frozen=True)
class Figure:
    """A value with its interval; None for what is not known."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Figure":
        """What `scores.json` holds; nothing known where it holds none."""
        stored = stored or {}
        return cls(*(_finite(stored.get(name)) for name in ("value", "low", "high")))

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def __str__(self) -> str:
        """The value, as published tables have it."""
        return number(self.value)

    @property
    def sort_key(self) -> str:
        """The value in full; empty where there is none."""
        return "" if self.value is None else repr(self.value)

    @property
    def interval(self) -> str:
        """The interval; empty where there is none."""
        if self.low is None or self.high is None:
            return ""
        return f"{number(self.low)} to {number(self.high)}"

    @property
    def percent(self) -> str:
        """The value in whole per cent."""
        return percent(self.value)

    @property
    def percent_interval(self) -> str:
        """The interval in whole per cent; empty where there is none."""
        if self.low is None or self.high is None:
            return ""
        return f"{percent(self.low, sign='')} to {percent(self.high)}"


def number(value: float | None, digits: int = 3) -> str:
    """A score."""
    return UNKNOWN if value is None else _signed(f"{value:.{digits}f}")


def percent(value: float | None, sign: str = "\u202f%") -> str:
    """A share in whole per cent, with a narrow space that does not break."""
    return UNKNOWN if value is None else _signed(f"{100 * value:.0f}") + sign


def p_value(value: float | None) -> str:
    """A probability; very small ones by their bound alone."""
    if value is None:
        return UNKNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def probability(value: float | None) -> str:
    """The same with its sign of comparison: `= 0.012`, `< 0.001`."""
    return p_value(value) if value is None or value < 0.001 else f"= {p_value(value)}"


def shown_name(condition: str) -> str:
    """A control's name as a table has it."""
    return condition.replace("-", " ")


def _signed(text: str) -> str:
    """With the sign that is as wide as a plus; zero has none."""
    return text.lstrip("-") if not float(text) else text.replace("-", "\N{MINUS SIGN}")


def _finite(value: Any) -> float | None:
    if value is None:
        return None
    found = float(value)
    return found if math.isfinite(found) else None
