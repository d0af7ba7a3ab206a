"""A model is loaded with the matrices of its language model in fewer bits, layer by layer.

On a CPU the quick decoder packs them; the stock decoder, on any device, has them from torchao's
weight-only kinds. Embedding, norms, encoder, bridge and gates stay as they are. Knows no arithmetic.
"""

from typing import Any

import torch
from torch import nn
from transformers import PreTrainedTokenizerFast

from mullama.answer.decoder import Decoder, StockDecoder
from mullama.answer.fast import FastLlama
from mullama.answer.llama import decoder_layers
from mullama.checkpoints.unread import UnreadModel, open_unread
from mullama.choose_decoder import not_fast
from mullama.errors import MissingExtraError, UsageError
from mullama.load_options import LoadOptions
from mullama.model import MuLlamaForConditionalGeneration

GROUP = 32
"""Weights that share their 4-bit steps."""


def load_quantized(
    options: LoadOptions,
) -> tuple[MuLlamaForConditionalGeneration, PreTrainedTokenizerFast, Decoder]:
    """Open a model for answering with `options.quantize`. Raises UsageError where that cannot be had."""
    kind = str(options.quantize)
    unread = open_unread(options)
    reason = not_fast(unread.model, kind)
    if options.decoder == "fast" and reason:
        raise UsageError(f"fast decoding {reason}: leave the decoder out, or ask for 'stock'")
    if options.decoder == "stock" or reason:
        _quantize_stock(unread, kind)
        decoder: Decoder = StockDecoder(unread.model.language_model)
    else:
        language_model = unread.model.language_model
        decoder = FastLlama(language_model, kind, consume=True, fill=unread.fill)
    return unread.model, unread.tokenizer, decoder


def _quantize_stock(unread: UnreadModel, kind: str) -> None:
    """Read and quantise the projections of each layer, and the head where it is none of the embedding."""
    model = unread.model
    quantize, layers_config, head_config = _torchao(kind, model.device, model.language_model.dtype)
    for index, layer in enumerate(decoder_layers(model.language_model)):
        unread.fill(f"model.layers.{index}.")
        quantize(layer, layers_config)
    head = model.get_output_embeddings()
    if head.weight is not model.get_input_embeddings().weight:
        unread.fill("lm_head.")
        quantize(nn.ModuleList([head]), head_config)


def _torchao(kind: str, device: torch.device, dtype: torch.dtype) -> tuple[Any, Any, Any]:
    """torchao's function, and its configurations for the layers and for the head, which has 8 bits."""
    if kind == "int4" and (device.type != "cuda" or dtype != torch.bfloat16):
        raise UsageError(
            "the stock decoder has int4 on a GPU and with dtype bfloat16 alone: take int8, or on a CPU the "
            "fast decoder"
        )
    try:
        from torchao.quantization import Int4WeightOnlyConfig, Int8WeightOnlyConfig, quantize_
    except ImportError as cause:
        raise MissingExtraError("torchao", "quantize", "fewer bits") from cause
    int8 = Int8WeightOnlyConfig()
    if kind == "int8":
        return quantize_, int8, int8
    int4 = Int4WeightOnlyConfig(
        group_size=GROUP,
        int4_packing_format="tile_packed_to_4d",
        int4_choose_qparams_algorithm="hqq",
    )
    return quantize_, int4, int8
