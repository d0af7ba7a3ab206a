"""What is stored beside the weights: every size and every option of one model.

The three parts keep their own kinds of configuration (an encoder's, the language model's);
`MuLlamaConfig` adds what joins them. No size of the published model is written down anywhere else
than in the files that come with its weights.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, ClassVar

from huggingface_hub.dataclasses import strict
from transformers import (
    AutoConfig,
    HubertConfig,
    LlamaConfig,
    MistralConfig,
    PreTrainedConfig,
    Qwen2Config,
    Qwen3Config,
)

from mullama.errors import CheckpointError
from mullama.registry import Registry
from mullama.stored_part import check_attention, check_frames, check_sizes, network_only

LISTENINGS = ("states", "last")
"""What an adapter takes of an encoder's output: every hidden state, or the last one alone."""


@strict
class MertConfig(HubertConfig):
    """MERT (Li et al. 2023, arXiv 2306.00107): HuBERT's architecture at its own sample rate."""

    model_type = "mullama_mert"

    sampling_rate: int = 24_000
    """Samples per second that the encoder expects."""
    do_normalize: bool = False
    """Bring each window to zero mean and unit variance first (from preprocessor_config.json)."""
    window_seconds: float = 60.0
    """A longer piece is cut into windows of this length."""


@strict
class FilterbankConfig(HubertConfig):
    """The small encoder: HuBERT's transformer over a fixed log-frequency filter bank."""

    model_type = "mullama_filterbank"

    sampling_rate: int = 24_000
    """Samples per second that the encoder expects."""
    do_normalize: bool = False
    """Bring each window to zero mean and unit variance first; the filter bank is free of level itself."""
    window_seconds: float = 10.0
    """A longer piece is cut into windows of this length."""

    frame_channels: list[int] | tuple[int, ...] = (12, 32, 48, 64)
    """Channels of the strided convolutions over time and frequency, each halving both."""
    statistics_width: int = 96
    """Numbers that carry the time statistics of the bands."""
    rhythm_width: int = 64
    """Numbers that carry the tempogram."""
    tuned_pitches: bool = False
    """Whether the key is heard from the notes in the piece's own tuning, too; models before 0.3 have none."""
    key_profiles: bool = False
    """Whether those notes are held against profiles of keys, too; of no effect without `tuned_pitches`."""
    beat_multiples: bool = False
    """Whether the tempo is heard from rates beside lags, and from multiples of both."""
    formulas: bool = False
    """Whether what formulas say of key and beat is added to what was learnt; not without `tuned_pitches`."""
    path_dropout: float | int = 0.0
    """Share of windows of which a training leaves out learnt chords, or rhythms; half as often frames."""
    pitch_channels: int = 4
    """Numbers for each of the twelve pitch classes that carry the key."""

    hidden_size: int = 256
    num_hidden_layers: int = 3
    num_attention_heads: int = 4
    intermediate_size: int = 512
    hidden_dropout: float | int = 0.05
    activation_dropout: float | int = 0.0
    attention_dropout: float | int = 0.0
    final_dropout: float | int = 0.0
    layerdrop: float | int = 0.0
    apply_spec_augment: bool = False
    mask_time_prob: float | int = 0.0
    num_conv_pos_embeddings: int = 8
    num_conv_pos_embedding_groups: int = 16
    conv_dim: list[int] | tuple[int, ...] = (656,)
    """Numbers a frame, all paths together: set by the paths' own widths."""
    conv_stride: list[int] | tuple[int, ...] = (7680,)
    conv_kernel: list[int] | tuple[int, ...] = (7680,)


@strict
class ImageBindConfig(PreTrainedConfig):
    """ImageBind's audio branch (Girdhar et al. 2023, arXiv 2305.05665): by default imagebind_huge's."""

    model_type = "mullama_imagebind"

    sampling_rate: int = 16_000
    """Samples per second that the encoder expects."""
    window_seconds: float = 2.0
    """Of each of the three clips that are heard."""
    hidden_size: int = 1024
    """Width of the embedding, the one state that there is."""
    num_hidden_layers: int = 0
    """No states but that one."""
    trunk_width: int = 768
    """Numbers that stand for a patch of the picture."""
    trunk_layers: int = 12
    """Transformer blocks."""
    trunk_heads: int = 12
    """Of their attention."""
    trunk_intermediate: int = 3072
    """Inner width of their feed-forward part."""
    initializer_range: float = 0.02


AUDIO_CONFIGS: Mapping[str, type[PreTrainedConfig]] = {
    kind.model_type: kind for kind in (MertConfig, FilterbankConfig, ImageBindConfig)
}
"""Ours, known without importing an encoder; another package's is its encoder's `config_class`."""
ENCODERS = Registry[Any](
    "encoder",
    {
        MertConfig.model_type: "mullama.listen.encoders.mert:MertEncoder",
        FilterbankConfig.model_type: "mullama.listen.encoders.filterbank:FilterbankEncoder",
        ImageBindConfig.model_type: "mullama.listen.encoders.imagebind:ImageBindEncoder",
    },
    entry_points="mullama.encoders",
    error=CheckpointError,
)
"""`model_type` of an encoder's configuration -> its class, an `EncoderModel` of listen/encoders."""
TEXT_CONFIGS: Mapping[str, type[PreTrainedConfig]] = {
    kind.model_type: kind for kind in (LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config)
}
"""Language models of transformers that music can enter, by `model_type`: plain decoders whose attention
ends in `o_proj`."""
KEPT = frozenset({"attn_implementation", "name_or_path", "_name_or_path", "torch_dtype"})
"""What a stored configuration may say beside the fields below; nothing that names code."""
MAX_PROMPT = 20_000
"""Characters of a template; published ones have a hundredth of that."""


@strict
class MuLlamaConfig(PreTrainedConfig):
    """One whole model: an encoder, an adapter and a language model."""

    model_type = "mullama"
    sub_configs: ClassVar[dict[str, Any]] = {
        "text_config": AutoConfig,
        "audio_config": AutoConfig,
    }

    audio_config: Any = None
    """The encoder's own configuration; its `model_type` chooses the encoder."""
    text_config: Any = None
    """The language model's own configuration."""
    listening: str = "states"
    """`states`: the bridge mixes all of the encoder's hidden states, as MU-LLaMA does; `last`: it is
    given the last one alone, one vector a piece, as in LLaMA-Adapter."""
    adapted_layers: int = 20
    """How many of the language model's last layers receive the music."""
    bridge_blocks: int = 3
    """Feed-forward blocks between the encoder's width and the language model's."""
    bridge_width: int = 0
    """Inner width of a bridge block; 0 stands for four times the language model's width."""
    lora_rank: int = 0
    """Rank of the low-rank updates on the language model's projections; 0 where there are none."""
    lora_layers: int = 0
    """How many of the last layers have them; 0 where all have."""
    own_values: bool = False
    """Keep the value projections of the adapted layers as they were before LoRA was merged."""
    prompt: str = "clean"
    """The prompt that the weights were trained with: a template's name, or the template."""
    provenance: dict[str, Any] = field(default_factory=dict)
    """Where each part of the weights came from."""

    def __post_init__(self, **kwargs: Any) -> None:
        audio = _part("audio_config", "an encoder", self.audio_config, _audio_config)
        text = _part(
            "text_config", "a language model", self.text_config, _text_config, default="llama"
        )
        self.audio_config = audio or MertConfig()
        self.text_config = text or LlamaConfig(attention_bias=True, mlp_bias=True)
        if not self.bridge_width:
            self.bridge_width = 4 * self.text_config.hidden_size
        self._check()
        check_attention(kwargs.get("attn_implementation"))
        super().__post_init__(**{key: value for key, value in kwargs.items() if key in KEPT})

    def _check(self) -> None:
        """Refuse sizes and values that no model has."""
        check_sizes(self.audio_config, "audio_config")
        check_frames(self.audio_config, "audio_config")
        check_sizes(self.text_config, "text_config")
        check_sizes(self, self.model_type)
        if self.listening not in LISTENINGS:
            known = ", ".join(LISTENINGS)
            raise CheckpointError(f"unknown listening {self.listening!r}; choose one of: {known}")
        if not 0 < self.adapted_layers <= self.text_config.num_hidden_layers:
            raise CheckpointError(
                f"{self.adapted_layers} adapted layers do not fit a language model of "
                f"{self.text_config.num_hidden_layers} layers"
            )
        if not 0 <= self.lora_layers <= self.text_config.num_hidden_layers:
            raise CheckpointError(
                f"low-rank updates in {self.lora_layers} layers do not fit a language model of "
                f"{self.text_config.num_hidden_layers} layers"
            )
        if len(self.prompt) > MAX_PROMPT:
            raise CheckpointError(f"a prompt of {len(self.prompt)} characters is too long")

    @property
    def states(self) -> int:
        """Hidden states that the bridge mixes: the encoder's input embedding and each layer's output."""
        return 1 if self.listening == "last" else int(self.audio_config.num_hidden_layers) + 1

    @property
    def head_dim(self) -> int:
        """Numbers that one head of the language model's attention holds."""
        text = self.text_config
        return int(getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads)


def _part(
    where: str,
    what: str,
    stored: Any,
    config_class: Callable[[str], type[PreTrainedConfig]],
    default: str = "",
) -> PreTrainedConfig | None:
    """A part's configuration from what is stored; one that is made already stays as it is."""
    if stored is None or isinstance(stored, PreTrainedConfig):
        return stored
    if not isinstance(stored, dict):
        raise CheckpointError(f"{where} should hold keys and values, not {type(stored).__name__}")
    name = stored.get("model_type", default)
    if not isinstance(name, str):
        raise CheckpointError(f"{where}.model_type must name {what}, not {name!r}")
    try:
        kind = config_class(name)
    except CheckpointError as error:
        raise CheckpointError(f"{where}.model_type: {error}") from error
    return kind(**network_only(kind, stored))


def _audio_config(name: str) -> type[PreTrainedConfig]:
    kind: type[PreTrainedConfig] = AUDIO_CONFIGS.get(name) or ENCODERS.load(name).config_class
    return kind


def _text_config(name: str) -> type[PreTrainedConfig]:
    if name not in TEXT_CONFIGS:
        raise CheckpointError(f"unknown language model {name!r}; known: {', '.join(TEXT_CONFIGS)}")
    return TEXT_CONFIGS[name]
