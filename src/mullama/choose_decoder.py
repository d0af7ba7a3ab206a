"""A loaded model becomes the quickest decoder of it that can run here."""

from typing import Literal

import torch
from transformers import LlamaForCausalLM

from mullama.answer.decoder import Decoder, StockDecoder
from mullama.answer.fast import FastLlama
from mullama.answer.packed_linear import supported
from mullama.errors import UsageError
from mullama.model import MuLlamaForConditionalGeneration


def choose_decoder(
    model: MuLlamaForConditionalGeneration, kind: Literal["fast", "stock"] | None = None
) -> Decoder:
    """The fast decoder on a CPU, in the weights' own precision; the stock one everywhere else.

    Half-precision projections are packed for the fast one in place of the model's own, which then
    has none for `generate()`: torch's products of that precision are slower than reading the weights
    by two orders of magnitude on many CPUs. `kind` insists on one; raises UsageError where the fast
    one cannot run.
    """
    language_model = model.language_model
    reason = not_fast(model)
    if kind == "fast" and reason:
        raise UsageError(f"fast decoding {reason}: leave the decoder out, or ask for 'stock'")
    if kind == "stock" or reason:
        return StockDecoder(language_model)
    if language_model.dtype == torch.float32:
        return FastLlama(language_model)
    model.keep_values()
    return FastLlama(language_model, "float16", consume=True)


def not_fast(model: MuLlamaForConditionalGeneration, quantize: str | None = None) -> str:
    """Why the fast decoder cannot run; empty where it can."""
    language_model = model.language_model
    if not isinstance(language_model, LlamaForCausalLM):
        return f"knows LLaMA alone, and this is a {model.config.text_config.model_type}"
    if model.config.lora_rank:
        return "needs the LoRA updates merged into the weights"
    if language_model.device.type != "cpu":
        return f"runs on a CPU, and this model is on {language_model.device}"
    if quantize and not supported(quantize):
        return f"in {quantize} needs FBGEMM, which this torch lacks"
    if language_model.dtype != torch.float32 and not supported("float16"):
        return "in half precision needs FBGEMM, which this torch lacks"
    return ""
