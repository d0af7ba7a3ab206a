"""A YAML file becomes a Recipe: what model, from what music, in which phases.

Values only: it does not know how a phase is trained. Unknown keys are refused, with the nearest
known name, because a misspelt option that is silently dropped costs a whole training run.
"""

import dataclasses
import difflib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from mullama.errors import UsageError

Objective = Literal["attributes", "truth", "carry", "answers"]
"""What a phase learns: facts from spectra; answers from the facts themselves; the bridge's output that
stands for the facts, from a Listening; answers from a Listening."""


@dataclass(frozen=True)
class ModelSizes:
    """The sizes of a fresh model; what is not said here is the configuration's own default."""

    hidden: int = 256
    """Width of the language model."""
    layers: int = 4
    """Decoder layers of the language model."""
    heads: int = 4
    """Attention heads of the language model."""
    inner: int = 640
    """Inner width of its feed-forward blocks."""
    vocabulary: int = 1024
    """Tokens, the 256 bytes and the special ones included."""
    positions: int = 512
    """The longest text, in tokens."""
    adapted_layers: int = 4
    """How many of the last layers receive the music."""
    bridge_width: int = 512
    """Inner width of the bridge's blocks."""
    prompt: str = "brief"
    """Name of the prompt template."""
    encoder: dict[str, Any] = field(default_factory=dict)
    """Values of the small encoder's configuration that differ from its defaults."""


@dataclass(frozen=True)
class Split:
    """Clips that belong together, by the seeds that the studio sets aside for a purpose."""

    name: str
    """What phases and tables call it."""
    purpose: str
    """Whose seeds; see `mullama.studio.clips.SEEDS`."""
    clips: int
    """How many seeds, from the first on."""
    takes: int = 1
    """Different mixes of each seed."""
    bank: str | None = None
    """The sound bank; without it the training banks take turns."""
    silences: int = 0
    """Clips without any music that are added: digital silence, hum and noise."""


@dataclass(frozen=True)
class Phase:
    """One stretch of training."""

    name: str
    """For logs and checkpoints."""
    objective: Objective
    """What is learnt."""
    trains: tuple[str, ...]
    """Parameters by name, with `*`; all others stay as they are."""
    split: str
    """The clips to learn from."""
    steps: int
    """Optimiser steps."""
    batch: int = 32
    """Clips, or question-answer pairs, a step."""
    learning_rate: float = 1e-3
    """Its highest value."""
    warmup_steps: int = 100
    """Steps of linear rise; half a cosine to zero follows."""
    weight_decay: float = 0.02
    """AdamW's, not on vectors."""
    clip_norm: float = 1.0
    """Longest gradient."""
    variants: int = 1
    """Listenings kept of each clip: the first plain, the others augmented."""
    overlaid: float = 0.0
    """Share of the clips that the encoder hears together with another clip."""
    teacher: Literal["truth", "heads"] = "truth"
    """Whether answers say what is true of a clip, or what the encoder's heads read in it."""
    noise: float = 0.0
    """Deviation of the noise on what carries the music, as a share of its own size."""


@dataclass(frozen=True)
class Recipe:
    """A whole training."""

    name: str
    """For logs."""
    splits: tuple[Split, ...]
    """All music, for training and for measuring."""
    phases: tuple[Phase, ...]
    """In this order."""
    model: ModelSizes = field(default_factory=ModelSizes)
    """The model that is made."""
    seed: int = 0
    """Of weights, batches and augmentation."""
    checkpoint_seconds: float = 60.0
    """Time between checkpoints."""
    log_steps: int = 50
    """Steps between lines of log.jsonl."""
    threads: int = 1
    """Of torch, so that the same numbers come out on any machine of the same kind."""

    def split(self, name: str) -> Split:
        """The split of that name."""
        for split in self.splits:
            if split.name == name:
                return split
        raise UsageError(f"recipe {self.name} has no split {name!r}{_nearest(name, self.splits)}")


def load_recipe(path: Path | str) -> Recipe:
    """Read and check a recipe.

    Raises UsageError for a file that cannot be read, an unknown or missing key, a value of the wrong
    kind, or a phase that names a split that is not there.
    """
    import yaml

    try:
        stored = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise UsageError(f"cannot read recipe {path}: {error}") from error
    recipe = build(Recipe, stored, str(path))
    for phase in recipe.phases:
        recipe.split(phase.split)
    return recipe


T = TypeVar("T")


def build(kind: type[T], stored: Any, where: str) -> T:
    """Make a dataclass from plain mappings and lists, naming the place of whatever does not fit."""
    if not isinstance(stored, dict):
        raise UsageError(f"{where}: expected keys and values, got {stored!r}")
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in stored:
        if key not in fields:
            guess = difflib.get_close_matches(str(key), fields, n=1)
            hint = f"; did you mean {guess[0]!r}?" if guess else f"; known: {', '.join(fields)}"
            raise UsageError(f"{where}: unknown key {key!r}{hint}")
    needed = [
        name
        for name, f in fields.items()
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    if missing := [name for name in needed if name not in stored]:
        raise UsageError(f"{where}: missing key {missing[0]!r}")
    hints = typing.get_type_hints(kind)
    return kind(**{key: _value(hints[key], stored[key], f"{where}: {key}") for key in stored})


def _value(hint: Any, value: Any, where: str) -> Any:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, where)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(parts[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if origin is Literal and value in parts:
        return value
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _value(parts[0], value, where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is dict or origin is dict:
        hint = dict
    is_flag = isinstance(value, bool) and hint is not bool
    if isinstance(hint, type) and isinstance(value, hint) and not is_flag:
        return value
    wanted = " or ".join(map(repr, parts)) if origin is Literal else getattr(hint, "__name__", hint)
    raise UsageError(f"{where}: expected {wanted}, got {value!r}")


def _nearest(name: str, splits: tuple[Split, ...]) -> str:
    guess = difflib.get_close_matches(name, [split.name for split in splits], n=1)
    return f"; did you mean {guess[0]!r}?" if guess else ""
