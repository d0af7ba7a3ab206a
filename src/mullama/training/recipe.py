"""A recipe: what model, from what data, in which phases. Values only, each with what it means.

How a YAML file becomes one is in settings.py; how a phase is trained, in loop.py.
"""

import difflib
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mullama.errors import UsageError

ObjectiveName = Literal["pairs", "attributes", "truth", "align", "answers"]
"""What a phase learns. `pairs`: to answer as a data set does. The others are the small model's own:
facts from spectra; answers from the facts themselves; the bridge's output that stands for the facts;
answers about music whose truth is known."""


@dataclass(frozen=True)
class ModelSizes:
    """The sizes of a fresh small model; what is not said here is the configuration's own default."""

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
    """Studio clips that belong together, by the seeds that are set aside for a purpose."""

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
class DataSet:
    """One file of question-answer pairs."""

    file: str
    """A file of pairs (.jsonl, .json, .csv, .parquet), relative to the folder given by --data."""
    audio: str | None = None
    """Folder or zip file of its audio, relative to the file; that folder and `audios/` there as well."""
    weight: float = 1.0
    """How often each of its pairs comes in an epoch, on average."""
    optional: bool = False
    """Whether training may go on without it."""


@dataclass(frozen=True)
class Phase:
    """One stretch of training."""

    name: str
    """For logs and checkpoints."""
    objective: ObjectiveName
    """What is learnt."""
    trains: tuple[str, ...]
    """Parameters by name, with `*`, or a published phase by its name (pretrain, finetune)."""
    split: str | None = None
    """The studio clips to learn from; pairs come from the recipe's data."""
    steps: int = 0
    """Optimiser steps; 0 where `epochs` says how long."""
    batch: int = 32
    """Clips, or question-answer pairs, an optimiser step, all processes together."""
    learning_rate: float = 1e-3
    """Its highest value."""
    warmup_steps: int = 100
    """Steps of linear rise; half a cosine to zero follows."""
    weight_decay: float = 0.02
    """AdamW's, not on vectors."""
    clip_norm: float = 1.0
    """Longest gradient; 0: never shortened."""
    # -- pairs
    epochs: int = 0
    """How often the data are seen, where `steps` is 0."""
    parts: int = 1
    """An epoch is one part of so many of the data, each pass in another order."""
    warmup_epochs: float = 0.0
    """As `warmup_steps`, in epochs; used with `epochs`."""
    max_length: int = 512
    """Tokens of a text, its end included; a longer answer is cut."""
    micro_tokens: int = 4096
    """Most tokens that go through the model at once, padding included: limits memory, changes nothing."""
    as_published: bool = False
    """Order, padding, cut, averaging and schedule as in the published training (docs/quirks.md)."""
    # -- the small model's own
    variants: int = 1
    """Listenings kept of each clip: the first plain, the others augmented."""
    overlaid: float = 0.0
    """Share of the clips that the encoder hears together with another clip."""
    teacher: Literal["truth", "probes"] = "truth"
    """Whether answers say what is true of a clip, or what the encoder's heads read in it."""
    noise: float = 0.0
    """Deviation of the noise on what carries the music, as a share of its own size."""


@dataclass(frozen=True)
class Recipe:
    """A whole training."""

    name: str
    """For logs."""
    phases: tuple[Phase, ...]
    """In this order."""
    start: str | None = None
    """The model to begin with, as `mullama.load` takes it; without it a fresh small one."""
    model: ModelSizes = field(default_factory=ModelSizes)
    """The fresh small model."""
    lora_rank: int = 0
    """Give a model without low-rank updates some of this rank."""
    splits: tuple[Split, ...] = ()
    """Studio music, for training and for measuring."""
    data: tuple[DataSet, ...] = ()
    """Question-answer pairs."""
    validation: float = 0.0
    """Share of the tracks whose pairs are kept apart to choose the best weights."""
    validation_pairs: int = 512
    """Most pairs to measure with."""
    validate_steps: int = 200
    """Steps between measurements."""
    patience: int = 0
    """Measurements without a better one after which a phase ends early; 0: never."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """Of products; what trains is kept in float32."""
    parallel: Literal["ddp", "fsdp"] = "ddp"
    """With several processes: whole copies of the model, or one that is spread over them (FSDP2)."""
    recompute: bool = False
    """Gradient checkpointing: less memory, a third more operations."""
    compile: bool = False
    """Compile the decoder with torch.compile."""
    seed: int = 0
    """Of weights, batches and augmentation."""
    checkpoint_seconds: float = 60.0
    """Time between checkpoints."""
    log_steps: int = 50
    """Steps between lines of log.jsonl."""
    threads: int = 0
    """Of torch, so that the same numbers come out on any machine of the same kind; 0: its default."""

    @property
    def trains(self) -> tuple[str, ...]:
        """What any phase trains."""
        return tuple(word for phase in self.phases for word in phase.trains)

    def split(self, name: str | None) -> Split:
        """The studio split of that name."""
        for split in self.splits:
            if split.name == name:
                return split
        guess = difflib.get_close_matches(str(name), [split.name for split in self.splits], n=1)
        hint = f"; did you mean {guess[0]!r}?" if guess else ""
        raise UsageError(f"recipe {self.name} has no split {name!r}{hint}")

    def as_published(self) -> "Recipe":
        """The same with every phase's order, padding, averaging and schedule as published."""
        phases = tuple(replace(phase, as_published=True) for phase in self.phases)
        return replace(self, phases=phases)

    def check(self) -> None:
        """Refuse what does not fit together, before anything is made."""
        _check_minimum(self, MINIMUM, f"recipe {self.name}")
        names = [phase.name for phase in self.phases]
        if not names or len(set(names)) < len(names):
            raise UsageError(f"recipe {self.name}: needs phases, each with a name of its own")
        for phase in self.phases:
            _check_minimum(phase, MINIMUM, f"phase {phase.name}")
            if phase.objective != "pairs":
                self.split(phase.split)
                if not phase.steps:
                    raise UsageError(f"phase {phase.name}: say how many steps")
            elif (phase.steps > 0) == (phase.epochs > 0):
                raise UsageError(f"phase {phase.name}: give either steps or epochs")
        for one in self.data:
            _check_minimum(one, MINIMUM, f"data set {one.file}")


MINIMUM: dict[str, float] = {
    **dict.fromkeys(("batch", "parts", "micro_tokens", "variants", "log_steps"), 1),
    **dict.fromkeys(("validate_steps", "validation_pairs"), 1),
    **dict.fromkeys(("steps", "epochs", "learning_rate", "warmup_steps", "warmup_epochs"), 0),
    **dict.fromkeys(("weight_decay", "clip_norm", "overlaid", "noise", "validation"), 0),
    **dict.fromkeys(("lora_rank", "patience", "threads", "checkpoint_seconds", "weight"), 0),
    "longest": 8,
}
"""Value -> the least that makes sense."""


def _check_minimum(values: Any, least: dict[str, float], where: str) -> None:
    for name, low in least.items():
        value = getattr(values, name, low)
        if not low <= value < float("inf"):
            raise UsageError(f"{where}: {name} must be {low:g} or more, not {value}")
