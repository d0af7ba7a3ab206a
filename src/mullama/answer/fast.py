"""A LlamaForCausalLM and token ids -> next-token logits, one position at a time, quickly on a CPU.

Decoding one stream reads every weight once per token, so its speed is bytes per weight times the
share of the memory bandwidth that the matrix-vector products reach. This module runs the layers
of a stock model over buffers of fixed size, with products chosen for few rows:

- ``float32``: the model's own parameters, uncopied, each matrix cut into blocks of rows that the
  threads share (BLAS runs a single matrix-vector product on one thread);
- ``float16``: half-precision copies, float32 activations and accumulation (FBGEMM);
- ``int8``: one scale per output row. An activation is passed as two 7-bit rows, its rounded value
  and the scaled remainder, so that the error is that of the weights alone.

It does not know how a token is chosen, what the music said beyond its shifts, or how to train;
the packed precisions are copies, which later changes of the model do not reach.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaDecoderLayer

from mullama.errors import UsageError

PRECISIONS = ("float32", "float16", "int8")
FEW_ROWS = 8
"""Up to here a product is bound by reading its weights, and float32 ones are cut into blocks."""
ROW_BLOCKS = 8
COARSE_STEPS = 63
"""Steps on either side of zero: FBGEMM's 16-bit sums of two products overflow above 7 bits."""

Product = Callable[[Tensor], Tensor]
"""Float[rows in] -> Float[rows out]."""


def supported(precision: str) -> bool:
    """Whether this build of torch can run `precision` (the packed ones need FBGEMM, on x86)."""
    return precision == "float32" or (
        precision in PRECISIONS and "fbgemm" in torch.backends.quantized.supported_engines
    )


class KeyValueCache:
    """Rotated keys, and values, of everything a batch has read; `FastLlama.start` makes it."""

    def __init__(self, model: LlamaForCausalLM, padding: Tensor, prompt: int, capacity: int):
        """`padding`: Int[batch], positions to ignore at the left of each row."""
        config, attention = model.config, model.model.layers[0].self_attn
        shape = (len(padding), config.num_key_value_heads, capacity, attention.head_dim)
        self.layers = [
            (torch.zeros(shape, device=padding.device), torch.zeros(shape, device=padding.device))
            for _ in model.model.layers
        ]
        self.length = 0
        self.capacity = capacity
        self.padding = padding
        slots = torch.arange(capacity, device=padding.device)
        self.visible = (slots >= padding[:, None])[:, None, None] if padding.any() else None
        """Bool[batch 1 1 capacity], or None where no row is padded."""

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows only, in this order. `rows`: Int[kept]; rows may repeat."""
        self.layers = [(keys[rows], values[rows]) for keys, values in self.layers]
        self.padding = self.padding[rows]
        self.visible = None if self.visible is None else self.visible[rows]

    def mask(self, new: int) -> Tensor | None:
        """Which slots the last `new` positions see: Bool[batch 1 new length]; None: all before."""
        if self.visible is None:
            return None
        seen = self.visible[..., : self.length]
        if new == 1:
            return seen
        causal = torch.ones(new, new, dtype=torch.bool, device=seen.device).tril()
        # A padded position sees itself: a row of nothing would be a division by zero.
        return (causal & seen) | torch.eye(new, dtype=torch.bool, device=seen.device)


class FastLlama:
    """A decoder over a stock model's weights; holds nothing of any call, so threads may share it.

    `language_model` may have biases on any projection, grouped queries, tied embeddings and any
    rotary scaling. Raises UsageError where the precision cannot be had, or LoRA is not merged.
    """

    def __init__(self, language_model: LlamaForCausalLM, precision: str = "float32") -> None:
        _check(language_model, precision)
        self.model = language_model
        self.precision = precision
        fold = precision != "float32"
        self._layers = [_Layer(layer, precision) for layer in language_model.model.layers]
        self._norm = _normaliser(language_model.model.norm, fold)
        norm = language_model.model.norm if fold else None
        self._head = _product([language_model.lm_head], precision, norm)

    @torch.no_grad()
    def start(
        self,
        tokens: Tensor,
        shifts: Tensor | None = None,
        *,
        attention_mask: Tensor | None = None,
        max_new_tokens: int,
    ) -> tuple[Tensor, KeyValueCache]:
        """Read a prompt: the logits after its last token, and the cache that `step` goes on with.

        tokens: Int[batch prompt]; attention_mask likewise, zeros (left padding) before ones.
        shifts: Float[batch K hidden], added before the output projection of the last K layers.
        Returns Float[batch vocabulary] and room for `max_new_tokens` more tokens.
        """
        batch, prompt = tokens.shape
        padding = torch.zeros(batch, dtype=torch.long, device=tokens.device)
        if attention_mask is not None:
            real = attention_mask.bool()
            padding = prompt - real.sum(-1)
            if real.shape != tokens.shape or not (real.diff(dim=-1) >= 0).all() or not real[:, -1].all():
                raise UsageError("attention_mask must be zeros, then ones, in the tokens' shape")
        cache = KeyValueCache(self.model, padding, prompt, prompt + max_new_tokens)
        return self._forward(tokens, cache, shifts), cache

    @torch.no_grad()
    def step(self, tokens: Tensor, cache: KeyValueCache, shifts: Tensor | None = None) -> Tensor:
        """Read one token per row: Int[batch] -> logits Float[batch vocabulary]; `cache` grows."""
        return self._forward(tokens[:, None], cache, shifts)

    def _forward(self, tokens: Tensor, cache: KeyValueCache, shifts: Tensor | None) -> Tensor:
        batch, new = tokens.shape
        first = len(self._layers) - self._adapted(shifts, batch)
        if cache.length + new > cache.capacity:
            raise UsageError(f"the cache holds {cache.capacity} tokens; ask for more max_new_tokens")
        slots = torch.arange(cache.length, cache.length + new, device=tokens.device)
        positions = (slots - cache.padding[:, None]).clamp(min=0)
        cache.length += new
        hidden = self.model.model.embed_tokens(tokens).float().flatten(0, 1)
        cos, sin = self.model.model.rotary_emb(hidden, positions)
        half = sin.shape[-1] // 2
        turn = (cos[:, :, None], torch.cat((-sin[..., :half], sin[..., half:]), -1)[:, :, None])
        mask = cache.mask(new)
        for index, layer in enumerate(self._layers):
            shift = None if shifts is None or index < first else shifts[:, None, index - first]
            hidden = layer(hidden, turn, cache.layers[index], cache.length, mask, shift)
        return self._head(self._norm(hidden.view(batch, new, -1)[:, -1]))

    def _adapted(self, shifts: Tensor | None, batch: int) -> int:
        if shifts is None:
            return 0
        width = self.model.model.layers[0].self_attn.o_proj.in_features
        if shifts.dim() != 3 or (len(shifts), shifts.shape[2]) != (batch, width):
            raise UsageError(f"shifts are {tuple(shifts.shape)}, not ({batch}, layers, {width})")
        if shifts.shape[1] > len(self._layers):
            raise UsageError(f"{shifts.shape[1]} shifts for a model of {len(self._layers)} layers")
        return shifts.shape[1]


class _Layer:
    """One decoder layer: Float[batch*new hidden] -> the same."""

    def __init__(self, layer: LlamaDecoderLayer, precision: str) -> None:
        attention, mlp, fold = layer.self_attn, layer.mlp, precision != "float32"
        self.head_dim, self.scaling = attention.head_dim, attention.scaling
        self.queries = attention.q_proj.out_features // self.head_dim
        self.heads = attention.k_proj.out_features // self.head_dim
        self.act = mlp.act_fn
        before, after = layer.input_layernorm, layer.post_attention_layernorm
        self.before, self.after = _normaliser(before, fold), _normaliser(after, fold)
        qkv = [attention.q_proj, attention.k_proj, attention.v_proj]
        self.qkv = _product(qkv, precision, before if fold else None)
        self.o = _product([attention.o_proj], precision)
        self.gate_up = _product([mlp.gate_proj, mlp.up_proj], precision, after if fold else None)
        self.down = _product([mlp.down_proj], precision)

    def __call__(
        self,
        hidden: Tensor,
        turn: tuple[Tensor, Tensor],
        cache: tuple[Tensor, Tensor],
        length: int,
        mask: Tensor | None,
        shift: Tensor | None,
    ) -> Tensor:
        attended = self.attend(self.qkv(self.before(hidden)), turn, cache, length, mask)
        if shift is not None:
            attended = attended + shift
        hidden = hidden + self.o(attended.flatten(0, 1))
        gate, up = self.gate_up(self.after(hidden)).chunk(2, -1)
        return hidden + self.down(self.act(gate) * up)

    def attend(
        self,
        qkv: Tensor,
        turn: tuple[Tensor, Tensor],
        cache: tuple[Tensor, Tensor],
        length: int,
        mask: Tensor | None,
    ) -> Tensor:
        """Float[batch*new (queries+2*heads)*head_dim] -> Float[batch new queries*head_dim]."""
        batch, heads = len(cache[0]), self.heads
        states = qkv.view(batch, -1, self.queries + 2 * heads, self.head_dim)
        turned = states[:, :, :-heads]
        turned = torch.addcmul(turned * turn[0], turned.roll(self.head_dim // 2, -1), turn[1])
        new = states.shape[1]
        keys, values = (buffer[:, :, :length] for buffer in cache)
        keys[:, :, -new:] = turned[:, :, self.queries :].transpose(1, 2)
        values[:, :, -new:] = states[:, :, -heads:].transpose(1, 2)
        query = turned[:, :, : self.queries].transpose(1, 2)
        if new == 1:  # the queries of a group ask the same keys, like so many positions
            query = query.reshape(batch, heads, -1, self.head_dim)
        attended = F.scaled_dot_product_attention(
            query,
            keys,
            values,
            attn_mask=mask,
            is_causal=mask is None and new > 1,
            scale=self.scaling,
            enable_gqa=new > 1 and heads != self.queries,
        )
        if new == 1:
            return attended.reshape(batch, 1, -1)
        return attended.transpose(1, 2).flatten(2)


def _check(model: LlamaForCausalLM, precision: str) -> None:
    if precision not in PRECISIONS:
        raise UsageError(f"precision {precision!r} is not one of {', '.join(PRECISIONS)}")
    if not supported(precision):
        raise UsageError(f"{precision} decoding needs FBGEMM, which this torch lacks: use float32")
    if any("lora_" in name for name, _ in model.named_parameters()):
        raise UsageError("fast decoding needs LoRA merged into the weights; load the model merged")
    if precision == "float32" and model.dtype != torch.float32:
        raise UsageError(f"float32 decoding of {model.dtype} weights: load the model in float32")


def _normaliser(norm: nn.Module, folded: bool) -> Product:
    """RMSNorm; if `folded`, to unit length instead: weight and root of the width lie in the product."""
    weight, eps = norm.weight, norm.variance_epsilon
    if not folded:
        return lambda x: F.rms_norm(x, weight.shape, weight, eps)
    floor = torch.tensor((len(weight) * eps) ** 0.5, device=weight.device)
    return lambda x: x / torch.hypot(torch.linalg.vector_norm(x, dim=-1, keepdim=True), floor)


def _product(linears: Sequence[nn.Linear], precision: str, norm: nn.Module | None = None) -> Product:
    """The linear maps side by side, after `norm`'s weight where one is folded in."""
    if precision == "float32":
        parts = [_blocks(linear) for linear in linears]
        return parts[0] if len(parts) == 1 else lambda x: torch.cat([part(x) for part in parts], -1)
    weight = torch.cat([linear.weight.detach().float() for linear in linears])
    if norm is not None:
        weight = weight * (norm.weight.detach().float() * len(norm.weight) ** 0.5)
    biases = [linear.bias for linear in linears]
    bias = None
    if any(b is not None for b in biases):
        zeros = [torch.zeros(linear.out_features) for linear in linears]
        bias = torch.cat([z if b is None else b.detach().float() for b, z in zip(biases, zeros, strict=True)])
    return _half(weight, bias) if precision == "float16" else _int8(weight, bias, norm is not None)


def _blocks(linear: nn.Linear) -> Product:
    weight, bias = linear.weight, linear.bias
    if linear.out_features % ROW_BLOCKS:
        return linear

    def product(x: Tensor) -> Tensor:
        if len(x) > FEW_ROWS:
            return F.linear(x, weight, bias)
        blocks = weight.view(ROW_BLOCKS, -1, weight.shape[1]).transpose(1, 2)
        y = torch.bmm(x.expand(ROW_BLOCKS, *x.shape), blocks).transpose(0, 1).reshape(len(x), -1)
        return y if bias is None else y.add_(bias)

    return product


def _half(weight: Tensor, bias: Tensor | None) -> Product:
    packed = torch.ops.quantized.linear_prepack_fp16(weight, bias)
    multiply = torch.ops.quantized.linear_dynamic_fp16.default
    return lambda x: multiply(x, packed)


def _int8(weight: Tensor, bias: Tensor | None, unit: bool) -> Product:
    """`unit`: no activation exceeds 1, as after a folded norm; else each row is scaled first."""
    fine = 2 * COARSE_STEPS
    scale = weight.abs().amax(1).clamp(min=1e-30) / 127
    rows = (weight / scale[:, None]).round().to(torch.int8)
    engine = torch.backends.quantized.engine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch announces a successor to this type
        torch.backends.quantized.engine = "fbgemm"
        quantised = torch._make_per_channel_quantized_tensor(
            rows, (scale / COARSE_STEPS).double(), torch.zeros(len(scale), dtype=torch.long), 0
        )
        packed = torch.ops.quantized.linear_prepack(quantised, None)
        torch.backends.quantized.engine = engine
    multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32.default

    def product(x: Tensor) -> Tensor:
        size = None if unit else torch.linalg.vector_norm(x, torch.inf, -1, True).clamp_(min=1e-30)
        steps = (x if size is None else x / size) * COARSE_STEPS
        coarse = steps.round()
        both = torch.cat((coarse, (steps - coarse).mul_(fine)))
        y = multiply(both, 1.0, COARSE_STEPS + 1, packed)
        y = torch.add(y[: len(x)], y[len(x) :], alpha=1 / fine)
        if size is not None:
            y.mul_(size)
        return y if bias is None else y.add_(bias)

    return product
