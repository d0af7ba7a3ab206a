"""Linear layers -> a matrix product for few rows that is bound by reading the weights, on a CPU.

Four kinds, all from and to float32: `float32` uses the layers' own parameters, `float16` (FBGEMM),
`int8` (FBGEMM, one scale per output row) and `int4` (torch's own, a scale and a zero for 32 weights)
hold packed copies. Does not know what the layers are for; of the norm before them it knows only that
its weight can move into the product.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from mullama.answer.four_bits import fits_four_bits, packed_int4

PRECISIONS = ("float32", "float16", "int8", "int4")
FEW_ROWS = 8
"""Up to here float32 products are cut into blocks: BLAS gives a thin product to one thread."""
ROW_BLOCKS = 8
BLOCKS_FROM = 2**18
"""Weights of a layer that is worth cutting; a smaller one takes less time than the cutting."""
INPUTS = 16
"""torch's int8 product reads beyond its tensors (2.13) where a row is not made of so many weights."""
LARGE = 2**22
"""Weights of a matrix whose int8 product is FBGEMM's, which costs more to call and less to run."""
COARSE_STEPS = 63
"""Steps of an int8 activation on either side of zero: above 7 bits FBGEMM's 16-bit sums overflow."""
FINER = 2 * COARSE_STEPS
"""How much finer the steps are of what the coarse ones leave out: at most half of one."""

Product = Callable[[Tensor], Tensor]
"""Float[rows in] -> Float[rows out]."""


def supported(precision: str) -> bool:
    """Whether this build of torch can run `precision`."""
    return fbgemm() if precision == "float16" else precision in PRECISIONS


def fbgemm() -> bool:
    """Whether this build of torch has FBGEMM, as on x86."""
    return "fbgemm" in torch.backends.quantized.supported_engines


def fused_linear(
    linears: Sequence[nn.Linear], precision: str, norm: LlamaRMSNorm | None = None
) -> Product:
    """The layers side by side as one product, behind LLaMA's RMSNorm where one is given.

    `int4` holds what is not made of whole groups of weights in `int8`.
    """
    if precision == "float32":
        return _float32(linears, norm)
    weight = torch.cat([linear.weight.detach().float() for linear in linears])
    bias = None
    if any(linear.bias is not None for linear in linears):
        bias = torch.cat([_bias(linear) for linear in linears])
    length = None
    if norm is not None:  # to unit length; the rest lies in the weights
        weight *= norm.weight.detach().float() * len(norm.weight) ** 0.5
        length = _length(len(norm.weight), float(norm.variance_epsilon))
    if precision == "float16":
        return _float16(weight, bias, length)
    if precision == "int4" and fits_four_bits(weight):
        return _int4(weight, bias, length)
    return _int8(weight, bias, length)


def _bias(linear: nn.Linear) -> Tensor:
    if linear.bias is None:
        return torch.zeros(linear.out_features)
    return linear.bias.detach().float()


def _length(width: int, eps: float) -> Product:
    """What RMSNorm divides by, times the root of the width: Float[rows in] -> Float[rows 1]."""
    floor = torch.tensor((width * eps) ** 0.5)
    return lambda x: torch.hypot(torch.linalg.vector_norm(x, dim=-1, keepdim=True), floor)


def _float32(linears: Sequence[nn.Linear], norm: LlamaRMSNorm | None) -> Product:
    parts = [_shared(linear) for linear in linears]

    def multiply(x: Tensor) -> Tensor:
        if norm is not None:
            x = F.rms_norm(x, norm.weight.shape, norm.weight, norm.variance_epsilon)
        return parts[0](x) if len(parts) == 1 else torch.cat([part(x) for part in parts], -1)

    return multiply


def _shared(linear: nn.Linear) -> Product:
    if linear.out_features % ROW_BLOCKS or linear.weight.numel() < BLOCKS_FROM:
        return linear

    def multiply(x: Tensor) -> Tensor:
        if len(x) > FEW_ROWS:
            return linear(x)
        blocks = linear.weight.view(ROW_BLOCKS, -1, linear.in_features).transpose(1, 2)
        y = torch.bmm(x.expand(ROW_BLOCKS, *x.shape), blocks).transpose(0, 1).reshape(len(x), -1)
        return y if linear.bias is None else y.add_(linear.bias)

    return multiply


def _float16(weight: Tensor, bias: Tensor | None, length: Product | None) -> Product:
    packed = torch.ops.quantized.linear_prepack_fp16(weight, bias)
    multiply = torch.ops.quantized.linear_dynamic_fp16.default
    if length is None:
        return lambda x: multiply(x, packed)
    return lambda x: multiply(x / length(x), packed)


def _int4(weight: Tensor, bias: Tensor | None, length: Product | None) -> Product:
    multiply = packed_int4(weight)

    def multiply_rows(x: Tensor) -> Tensor:
        y = multiply(x if length is None else x / length(x))
        return y if bias is None else y.add_(bias)

    return multiply_rows


def _int8(weight: Tensor, bias: Tensor | None, length: Product | None) -> Product:
    """By FBGEMM where the matrix is large, else by torch's own product, which is called in less time."""
    if weight.numel() >= LARGE and fbgemm():
        return _int8_large(weight, bias, length)
    scale = _row_scale(weight).bfloat16()
    levels = (weight / scale.float()[:, None]).round_().clamp_(-127, 127).to(torch.int8)
    few = FEW_ROWS if weight.shape[1] % INPUTS == 0 else 0
    many = torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32

    def multiply(x: Tensor) -> Tensor:
        if length is not None:
            x = x / length(x)
        if len(x) > few:
            y = F.linear(x.to(many), levels.to(many)).float().mul_(scale)
        else:
            y = torch._weight_int8pack_mm(x.bfloat16(), levels, scale).float()
        return y if bias is None else y.add_(bias)

    return multiply


def _int8_large(weight: Tensor, bias: Tensor | None, length: Product | None) -> Product:
    """Two rows for each: the activation in 7 bits, and what that left out, 126 times finer.

    Together about 14 bits, so the error is that of the weights alone, for one reading of them. After
    a unit-length norm no activation exceeds 1; else a row is divided by its largest one.
    """
    multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32.default
    both = torch.tensor([1.0, FINER]).view(2, 1, 1) * COARSE_STEPS
    inside = bias if length is None else None
    packed = _packed_int8(
        weight, None if bias is None or length is None else bias / (1 + 1 / FINER)
    )

    def multiply_rows(x: Tensor) -> Tensor:
        size = _largest(x) if length is None else length(x)
        rows = x * (both / size)
        rows[1].sub_(rows[0].round(), alpha=FINER)
        y = multiply(rows.flatten(0, 1), 1.0, COARSE_STEPS + 1, packed)
        y = y[: len(x)].add_(
            y[len(x) :], alpha=1 / FINER
        )  # a fresh tensor of logits costs page faults
        if length is None:
            y.mul_(size)
        return y if inside is None else y.add_(inside)

    return multiply_rows


def _row_scale(weight: Tensor) -> Tensor:
    return weight.abs().amax(1).clamp_(min=1e-30) / 127


def _largest(x: Tensor) -> Tensor:
    return torch.linalg.vector_norm(x, torch.inf, -1, True).clamp_(min=1e-30)


def _packed_int8(weight: Tensor, bias: Tensor | None) -> object:
    """FBGEMM's form of a matrix rounded to int8 by rows, for activations in COARSE_STEPS."""
    scale = _row_scale(weight)
    rounded = (weight / scale[:, None]).round_().to(torch.int8)
    zeros = torch.zeros(len(scale), dtype=torch.long)
    quantized, before = torch.backends.quantized, torch.backends.quantized.engine
    try:
        quantized.engine = "fbgemm"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # torch means to replace this tensor type
            tensor = torch._make_per_channel_quantized_tensor(
                rounded, (scale / COARSE_STEPS).double(), zeros, 0
            )
        packed: object = torch.ops.quantized.linear_prepack(tensor, bias)
        return packed
    finally:
        quantized.engine = before
