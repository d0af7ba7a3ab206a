"""A dataclass with every type of option that there is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from mullama.options import Bounds, Flag, Options


@dataclass(frozen=True, kw_only=True)
class Part(Options):
    """One of several."""

    name: str
    """What it is called."""
    steps: Annotated[int, Bounds(1)] = 10
    rate: float = 1e-3


@dataclass(frozen=True, kw_only=True)
class Kinds(Options):
    """All kinds of options."""

    out: Annotated[Path, Flag("DIR", short="-o")]
    """Where it goes: 100% of it,
    on one line."""
    top_p: Annotated[float, Bounds(0, 1)] = 0.8
    """A share."""
    seed: Annotated[int, Bounds(0, 2**63 - 1)] | None = None
    """Of the draws."""
    count: int = 3
    speed: float = 1.0
    mode: Literal["ddp", "fsdp"] = "ddp"
    """How it is spread."""
    workers: int | Literal["auto"] = "auto"
    """How many, or `auto`."""
    files: tuple[Path, ...] = ()
    """What is read (default: nothing)."""
    weights: Annotated[tuple[float, ...], Bounds(0)] = (1.0, 2.5)
    tags: frozenset[str] = frozenset()
    keep: bool = True
    """Whether files stay."""
    force: bool = False
    """Overwrite."""
    audio: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Nested(Options):
    """Options inside options."""

    parts: tuple[Part, ...] = ()
    main: Part = field(default_factory=lambda: Part(name="main"))
    extra: dict[str, Any] = field(default_factory=dict)
    shares: dict[str, Annotated[float, Bounds(0, 1)]] = field(default_factory=dict)
