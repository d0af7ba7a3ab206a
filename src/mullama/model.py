"""Where listen, adapt and answer meet: the whole of Music Understanding LLaMA (arXiv 2308.11276).

    waveform -- listen --> Listening -- adapt --> shifts -- answer (with a question) --> text

A transformers model like any other: `save_pretrained`, `from_pretrained`, `generate`. It does not
know files (see song.py) nor sampling of its own (see answer/decoding.py).
"""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.generation.utils import GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast

from mullama.adapt.bridge import Bridge
from mullama.adapt.shifts import ShiftProjection
from mullama.answer.llama import decoder_layers, take_shifts
from mullama.answer.lora import LoraLinear, add_lora, merge_lora
from mullama.config import ENCODERS, MuLlamaConfig
from mullama.errors import CheckpointError, UsageError
from mullama.listen.encoders.encoder import EncoderModel
from mullama.listen.listening import encode_clips


class MuLlamaForConditionalGeneration(PreTrainedModel, GenerationMixin):
    """An encoder that listens, a bridge and shifts that adapt, a stock language model that answers."""

    config_class = MuLlamaConfig
    base_model_prefix = ""
    main_input_name = "input_ids"
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_flex_attn = True
    _supports_attention_backend = True
    _can_compile_fullgraph = True
    _no_split_modules = [  # noqa: RUF012
        "HubertEncoderLayer",
        "ImageBindBlock",
        *(f"{kind}DecoderLayer" for kind in ("Llama", "Mistral", "Qwen2", "Qwen3")),
    ]
    _keep_in_fp32_modules_strict = None
    _tied_weights_keys = {  # noqa: RUF012
        "language_model.lm_head.weight": "language_model.model.embed_tokens.weight"
    }

    encoder: EncoderModel
    """What encodes the music: the one that `audio_config.model_type` names."""
    config: MuLlamaConfig
    language_model: Any
    """A causal language model of transformers."""

    def __init__(self, config: MuLlamaConfig) -> None:
        super().__init__(config)
        text = config.text_config
        self.encoder = _encoder(config.audio_config)
        self.bridge = Bridge(
            states=config.states,
            features=self.encoder.features,
            hidden=text.hidden_size,
            width=config.bridge_width,
            blocks=config.bridge_blocks,
        )
        self.shifts = ShiftProjection(
            layers=config.adapted_layers,
            hidden=text.hidden_size,
            heads=text.num_attention_heads,
            kv_heads=text.num_key_value_heads,
            head_dim=config.head_dim,
            own_values=config.own_values,
        )
        self.language_model = AutoModelForCausalLM.from_config(text, trust_remote_code=False)
        if config.lora_rank:
            add_lora(self.language_model, config.lora_rank, config.lora_layers)
        take_shifts(self.language_model, config.adapted_layers)
        self.post_init()

    # ------------------------------------------------------------------ listen

    def listen(
        self, waveforms: Float[Tensor, "clip samples"], lengths: Int[Tensor, " clip"] | None = None
    ) -> Float[Tensor, "clip states features"]:
        """Waveforms at the encoder's rate -> Listenings.

        `lengths` are the samples that count where clips were padded to the longest; padding is never
        encoded. A clip longer than the encoder's window is encoded window by window. Raises AudioError
        for a clip that is too short.
        """
        ends = [waveforms.shape[1]] * len(waveforms) if lengths is None else lengths.tolist()
        clips = [waveform[:end] for waveform, end in zip(waveforms, ends, strict=True)]
        return encode_clips(self.encoder, clips)

    # ------------------------------------------------------------------- adapt

    def adapt(
        self,
        listening: Float[Tensor, "clip states features"],
        retrieval: Callable[[Tensor], Tensor] | None = None,
    ) -> Float[Tensor, "clip layers width"]:
        """A Listening -> shifts: a vector of heads * head_dim for each adapted layer.

        A model that hears the last state alone takes that of a whole Listening by itself.
        """
        if self.config.listening == "last":
            listening = listening[:, -1:]
        feature = self.bridge.feature(listening)
        if retrieval is not None:
            feature = retrieval(feature)
        return self.spread(self.bridge.carry(feature))

    def spread(self, carried: Float[Tensor, "clip hidden"]) -> Float[Tensor, "clip layers width"]:
        """Carried music -> a vector for each adapted layer."""
        own = self.shifts.values is not None
        return self.shifts(carried, () if own else self._base_values())

    # ------------------------------------------------------------------ answer

    def forward(
        self,
        input_ids: Int[Tensor, "clip positions"] | None = None,
        attention_mask: Tensor | None = None,
        shifts: Tensor | None = None,
        listening: Tensor | None = None,
        input_values: Float[Tensor, "clip samples"] | None = None,
        input_lengths: Int[Tensor, " clip"] | None = None,
        **kwargs: Any,
    ) -> CausalLMOutputWithPast:
        """Tokens, and the music in one of three forms -> logits, and the loss with `labels`.

        The music is `shifts`, or a `listening`, or `input_values` with their `input_lengths`. Without
        any, the text alone is answered.
        """
        shifts = self._shifts_for(shifts, listening, input_values, input_lengths)
        if shifts is not None:
            self._check(shifts, input_ids if input_ids is not None else kwargs["inputs_embeds"])
        return self.language_model(
            input_ids=input_ids, attention_mask=attention_mask, shifts=shifts, **kwargs
        )

    @torch.no_grad()
    def generate(
        self,
        inputs: Tensor | None = None,
        *args: Any,
        shifts: Tensor | None = None,
        listening: Tensor | None = None,
        input_values: Tensor | None = None,
        input_lengths: Tensor | None = None,
        **kwargs: Any,
    ) -> Any:
        """As in transformers, with the music as in `forward`; it is encoded and adapted once."""
        shifts = self._shifts_for(shifts, listening, input_values, input_lengths)
        return super().generate(inputs, *args, shifts=shifts, **kwargs)

    def merge_lora(self) -> "MuLlamaForConditionalGeneration":
        """Add the low-rank updates to their projections, in place: same answers, fewer products.

        The adapted layers' base value projections are kept apart, because the music enters through
        them and not through the merged ones. The merged model can be saved and loaded again.
        """
        if not self.config.lora_rank:
            return self
        self.keep_values()
        merge_lora(self.language_model)
        self.config.lora_rank = self.config.lora_layers = 0
        return self

    def keep_values(self) -> None:
        """Keep the base value projections of the adapted layers apart from the language model's."""
        if self.shifts.values is None:
            values = torch.stack(self._base_values()).detach()
            self.shifts.values = nn.Parameter(values, requires_grad=False)
            self.config.own_values = True

    def get_input_embeddings(self) -> nn.Module:
        """The language model's token embeddings."""
        return self.language_model.get_input_embeddings()

    def get_output_embeddings(self) -> nn.Module:
        """The language model's output projection."""
        return self.language_model.get_output_embeddings()

    def get_decoder(self) -> nn.Module:
        """The language model without its output projection."""
        return self.language_model.model

    def _base_values(self) -> list[Tensor]:
        """The value projections of the adapted layers, without LoRA."""
        adapted = decoder_layers(self.language_model)[-self.config.adapted_layers :]
        return [layer.self_attn.v_proj.weight for layer in adapted]

    def _shifts_for(
        self,
        shifts: Tensor | None,
        listening: Tensor | None,
        input_values: Tensor | None,
        input_lengths: Tensor | None,
    ) -> Tensor | None:
        if sum(given is not None for given in (shifts, listening, input_values)) > 1:
            raise UsageError("give the music once: as shifts, listening or input_values")
        if input_values is not None:
            listening = self.listen(input_values, input_lengths)
        return self.adapt(listening) if listening is not None else shifts

    def _check(self, shifts: Tensor, text: Tensor) -> None:
        """Refuse shifts that would be ignored or broadcast without a word."""
        layers, width = self.config.adapted_layers, self.shifts.gates.shape[1]
        width *= self.config.head_dim
        if shifts.shape != (text.shape[0], layers, width):
            raise UsageError(
                f"shifts of shape {tuple(shifts.shape)} do not fit {text.shape[0]} texts, "
                f"{layers} adapted layers and width {width}"
            )

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, ShiftProjection):
            module.reset_parameters()
        elif isinstance(module, LoraLinear):
            super()._init_weights(module)
            module.reset_lora()
        else:
            super()._init_weights(module)


def _encoder(config: Any) -> EncoderModel:
    """The encoder of that configuration; raises CheckpointError where the two do not agree."""
    encoder: EncoderModel = ENCODERS.load(config.model_type)(config)
    stated = (config.num_hidden_layers + 1, config.hidden_size)
    if (encoder.states, encoder.features) != stated:
        raise CheckpointError(
            f"the encoder {config.model_type} gives {encoder.states} states of {encoder.features} "
            f"features, but its configuration says {stated[0]} and {stated[1]}"
        )
    return encoder
