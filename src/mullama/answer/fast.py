"""A LlamaForCausalLM and token ids -> next-token logits, one position at a time, quickly on a CPU.

Decoding one stream reads every weight once per token: its speed is the bytes of the weights, the
share of the memory bandwidth that the products reach, and the number of small operations around
them. So the layers of a stock model run here over buffers that seldom grow, with few operations and
the products of `packed_linear.py`. Does not know how a token is chosen, where shifts come from, or
how to train.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaDecoderLayer, LlamaRMSNorm

from mullama.answer.branches import Branches, wanted_logprobs
from mullama.answer.key_values import KeyValueCache
from mullama.answer.packed_linear import PRECISIONS, fused_linear, supported
from mullama.errors import UsageError


class FastLlama:
    """A decoder over a stock model's weights. It holds nothing of a call: threads may share it.

    Any projection may have a bias; queries may be grouped, embeddings tied, rotary embeddings
    scaled. Precision `float32` shares the model's parameters and equals its forward to 1e-5; the
    others are copies, which later changes of the model do not reach. Raises UsageError for a model
    that is not on the CPU, or whose LoRA is not merged, and for a precision that this model or this
    torch cannot have.
    """

    trees = True

    def __init__(
        self,
        language_model: LlamaForCausalLM,
        precision: str = "float32",
        *,
        consume: bool = False,
        fill: Callable[[str], None] = lambda module: None,
    ) -> None:
        """`consume` gives the model's own projections up as they are packed: one copy, not two.

        `fill` is called with the name of a layer, and of the head, before it is packed: it may read
        what is still on the meta device.
        """
        _check(language_model, precision)
        self.model = language_model
        self.precision = precision
        stock, consume = language_model.model, consume and precision != "float32"
        self._layers = []
        # A packing takes one core and no lock of Python's, so that several go on at once.
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            # A wrong word costs more than a layer's noise: the head is not made coarser than int8.
            coarse = "int8" if precision == "int4" else precision
            fill("lm_head.")
            head = pool.submit(fused_linear, [language_model.lm_head], coarse, stock.norm)
            for index, layer in enumerate(stock.layers):
                fill(f"model.layers.{index}.")
                self._layers.append(_Layer(layer, precision, pool))
                if consume:
                    _give_up(layer)
            self._head = head.result()
            if consume:
                _give_up(language_model.lm_head)

    @torch.inference_mode()
    def start(
        self,
        tokens: Int[Tensor, "row position"],
        shifts: Float[Tensor, "songs layers width"] | None = None,
        *,
        attention_mask: Shaped[Tensor, "texts mask"] | None = None,
    ) -> tuple[Float[Tensor, "row vocabulary"], KeyValueCache]:
        """Read a prompt: the logits after its last token, and the cache that `step` continues.

        The attention mask is as long as the prompt: zeros (left padding), then ones. The shifts are
        added before the output projection of the last layers.
        """
        batch, prompt = tokens.shape
        padding = torch.zeros(batch, dtype=torch.long)
        if attention_mask is not None:
            padding = _left_padding(attention_mask, prompt)
        first = self._layers[0]
        cache = KeyValueCache(
            padding, prompt, layers=len(self._layers), heads=first.heads, head_dim=first.head_dim
        )
        return self._forward(tokens, cache, shifts), cache

    @torch.inference_mode()
    def step(
        self,
        tokens: Int[Tensor, " row"],
        cache: KeyValueCache,
        shifts: Float[Tensor, "row layers width"] | None = None,
    ) -> Float[Tensor, "row vocabulary"]:
        """Read one token more for each row; the cache grows."""
        return self._forward(tokens[:, None], cache, shifts)

    @torch.inference_mode()
    def branch(
        self,
        read: Branches,
        cache: KeyValueCache,
        shifts: Float[Tensor, "row layers width"] | None = None,
    ) -> Float[Tensor, " wanted"]:
        """See `Decoder.branch`."""
        return wanted_logprobs(self._head, self._read(read.tokens, cache, shifts, read), read)

    @torch.inference_mode()
    def join(self, cache: KeyValueCache, other: KeyValueCache) -> None:
        """See `Decoder.join`."""
        cache.join(other)

    @torch.inference_mode()
    def take(self, cache: KeyValueCache, rows: Sequence[int]) -> None:
        """See `Decoder.take`."""
        cache.take(rows)

    def _forward(self, tokens: Tensor, cache: KeyValueCache, shifts: Tensor | None) -> Tensor:
        return self._head(self._read(tokens, cache, shifts)[:, -1])

    def _read(
        self,
        tokens: Tensor,
        cache: KeyValueCache,
        shifts: Tensor | None,
        tree: Branches | None = None,
    ) -> Tensor:
        """Float[batch new hidden], before the last norm."""
        batch, new = tokens.shape
        first = len(self._layers) - self._adapted_layers(shifts, batch)
        cache.room(new)
        mask = cache.mask(new) if tree is None else cache.tree_mask(tree)
        places = cache.positions(new) if tree is None else cache.tree_positions(tree)
        hidden = self.model.model.embed_tokens(tokens).float().flatten(0, 1)
        rotary = self._rotary(hidden, places)
        for index, layer in enumerate(self._layers):
            shift = None if shifts is None or index < first else shifts[:, None, index - first]
            hidden = layer(hidden, rotary, cache.layer(index), mask, shift)
        return hidden.view(batch, new, -1)

    def _rotary(self, hidden: Tensor, positions: Tensor) -> Tensor:
        """The rotary embedding as one complex number for each pair of a head's dimensions."""
        cos, sin = self.model.model.rotary_emb(hidden, positions)
        half = sin.shape[-1] // 2
        return torch.complex(cos[..., :half], sin[..., :half])[:, :, None]

    def _adapted_layers(self, shifts: Tensor | None, batch: int) -> int:
        if shifts is None:
            return 0
        width = self.model.model.layers[0].self_attn.o_proj.in_features
        if shifts.dim() != 3 or (len(shifts), shifts.shape[2]) != (batch, width):
            raise UsageError(f"shifts are {tuple(shifts.shape)}, not ({batch}, layers, {width})")
        if shifts.shape[1] > len(self._layers):
            raise UsageError(f"{shifts.shape[1]} shifts for a model of {len(self._layers)} layers")
        return shifts.shape[1]


class _Layer:
    """One decoder layer over rows: Float[batch*new hidden] -> the same."""

    def __init__(self, layer: LlamaDecoderLayer, precision: str, pool: ThreadPoolExecutor) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        before, after = layer.input_layernorm, layer.post_attention_layernorm
        self.head_dim, self.scaling = attention.head_dim, attention.scaling
        self.queries = attention.q_proj.out_features // self.head_dim
        self.heads = attention.k_proj.out_features // self.head_dim
        self.activation = mlp.act_fn
        projected: list[tuple[list[nn.Linear], LlamaRMSNorm | None]] = [
            ([mlp.gate_proj, mlp.up_proj], after),
            ([mlp.down_proj], None),
            ([attention.q_proj, attention.k_proj, attention.v_proj], before),
            ([attention.o_proj], None),
        ]
        packed = [pool.submit(fused_linear, linears, precision, n) for linears, n in projected]
        self.gate_up, self.down, self.qkv, self.o = (each.result() for each in packed)

    def __call__(
        self,
        hidden: Tensor,
        rotary: Tensor,
        cache: Tensor,
        mask: Tensor | None,
        shift: Tensor | None,
    ) -> Tensor:
        attended = self._attend(self.qkv(hidden), rotary, cache, mask)
        if shift is not None:
            attended = attended + shift
        hidden = self.o(attended.flatten(0, 1)).add_(hidden)
        gate, up = self.gate_up(hidden).chunk(2, -1)
        return self.down(self.activation(gate).mul_(up)).add_(hidden)

    def _attend(self, qkv: Tensor, rotary: Tensor, cache: Tensor, mask: Tensor | None) -> Tensor:
        """Float[batch*new (queries+2*heads)*head_dim] -> Float[batch new queries*head_dim]."""
        batch, heads = len(cache), self.heads
        states = qkv.view(batch, -1, self.queries + 2 * heads, self.head_dim)
        new = states.shape[1]
        self._rotate(states[:, :, :-heads], rotary)
        states = states.transpose(1, 2)
        cache[:, :, -new:] = states[:, self.queries :]
        query = states[:, : self.queries]
        keys, values = cache.chunk(2, 1)
        if new > 1:
            grouped, causal = heads != self.queries, mask is None
            attended = F.scaled_dot_product_attention(
                query, keys, values, mask, 0.0, causal, scale=self.scaling, enable_gqa=grouped
            )
            return attended.transpose(1, 2).flatten(2)
        # The queries of a group ask the same keys, as positions of one head would.
        query = query.reshape(batch, heads, -1, self.head_dim)
        attended = F.scaled_dot_product_attention(query, keys, values, mask, scale=self.scaling)
        return attended.reshape(batch, 1, -1)

    def _rotate(self, states: Tensor, rotary: Tensor) -> None:
        """Turn queries and keys in place; both leave their halves interleaved, which no product sees."""
        turned = torch.complex(*states.chunk(2, -1)).mul_(rotary)
        states.copy_(torch.view_as_real(turned).flatten(-2))


def _check(model: LlamaForCausalLM, precision: str) -> None:
    if precision not in PRECISIONS:
        raise UsageError(f"precision {precision!r} is not one of {', '.join(PRECISIONS)}")
    if model.device.type != "cpu":
        raise UsageError(f"fast decoding runs on the CPU, and this model is on {model.device}")
    if not supported(precision):
        raise UsageError(f"{precision} decoding needs FBGEMM, which this torch lacks: use float32")
    if any("lora_" in name for name, _ in model.named_parameters()):
        raise UsageError("fast decoding needs the LoRA updates merged into the weights")
    if precision == "float32" and model.dtype != torch.float32:
        raise UsageError(f"float32 decoding of {model.dtype} weights: load the model in float32")


class _PackedAway(nn.Linear):
    """A projection whose weights are packed elsewhere."""

    def forward(self, input: Tensor) -> Tensor:
        raise UsageError(
            "the weights of this model are packed for fast answers on a CPU, so that its own forward() and "
            "generate() have none, nor has training: load it with decoder='stock', or with dtype='float32'"
        )


def _give_up(module: nn.Module) -> None:
    """Forget the weights of every projection in it; biases and norms stay."""
    for linear in module.modules():
        if isinstance(linear, nn.Linear):
            linear.weight = nn.Parameter(linear.weight.new_empty(0), requires_grad=False)
            linear.__class__ = _PackedAway


def _left_padding(attention_mask: Tensor, prompt: int) -> Tensor:
    """Int[batch]: how many positions of each row are padding, all of them at its left."""
    real = attention_mask.bool()
    padding = prompt - real.sum(-1)
    padded = torch.arange(prompt) < padding[:, None]
    if real.shape != padded.shape or (real == padded).any() or padded[:, -1].any():
        raise UsageError("the attention mask must be as long as the prompt: zeros, then ones")
    return padding
