"""Linear layers -> a matrix product for few rows that is bound by reading the weights, on a CPU.

Three kinds, all with float32 activations: `float32` uses the layers' own parameters, `float16`
(FBGEMM) and `int8` (FBGEMM, one scale per output row) hold packed copies. Does not know what the
layers are for; of the norm before them it knows only that its weight can move into the product.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.models.llama.modeling_llama import LlamaRMSNorm

PRECISIONS = ("float32", "float16", "int8")
FEW_ROWS = 8
"""Up to here float32 products are cut into blocks: BLAS gives a thin product to one thread."""
ROW_BLOCKS = 8
BLOCKS_FROM = 2**18
"""Weights of a layer that is worth cutting; a smaller one takes less time than the cutting."""
COARSE_STEPS = 63
"""Steps of an int8 activation on either side of zero: above 7 bits FBGEMM's 16-bit sums overflow."""

Product = Callable[[Tensor], Tensor]
"""Float[rows in] -> Float[rows out]."""


def supported(precision: str) -> bool:
    """Whether this build of torch can run `precision` (the packed ones need FBGEMM, on x86)."""
    return precision == "float32" or (
        precision in PRECISIONS and "fbgemm" in torch.backends.quantized.supported_engines
    )


def prepare_norm(norm: LlamaRMSNorm, precision: str) -> Product:
    """LLaMA's RMSNorm; for packed products to unit length, the rest lies in the product's weights."""
    weight, eps = norm.weight, float(norm.variance_epsilon)
    if precision == "float32":
        return lambda x: F.rms_norm(x, weight.shape, weight, eps)
    floor = torch.tensor((len(weight) * eps) ** 0.5)
    return lambda x: x / torch.hypot(torch.linalg.vector_norm(x, dim=-1, keepdim=True), floor)


def fused_linear(
    linears: Sequence[nn.Linear], precision: str, norm: LlamaRMSNorm | None = None
) -> Product:
    """The layers side by side, as one product over what `normaliser(norm, precision)` returns."""
    if precision == "float32":
        parts = [_shared(linear) for linear in linears]
        return parts[0] if len(parts) == 1 else lambda x: torch.cat([part(x) for part in parts], -1)
    weight = torch.cat([linear.weight.detach().float() for linear in linears])
    if norm is not None:
        weight *= norm.weight.detach().float() * len(norm.weight) ** 0.5
    bias = None
    if any(linear.bias is not None for linear in linears):
        bias = torch.cat([_bias(linear) for linear in linears])
    if precision == "float16":
        return _float16(weight, bias)
    return _int8(weight, bias, bounded=norm is not None)


def _bias(linear: nn.Linear) -> Tensor:
    if linear.bias is None:
        return torch.zeros(linear.out_features)
    return linear.bias.detach().float()


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


def _float16(weight: Tensor, bias: Tensor | None) -> Product:
    packed = torch.ops.quantized.linear_prepack_fp16(weight, bias)
    return lambda x: torch.ops.quantized.linear_dynamic_fp16.default(x, packed)


def _int8(weight: Tensor, bias: Tensor | None, *, bounded: bool) -> Product:
    """Two rows for each: the activation in 7 bits, and what that left out, 126 times finer.

    Together about 14 bits, so the error is that of the weights alone, for one reading of them.
    `bounded`: no activation exceeds 1, as after a unit-length norm; else a row is scaled first.
    """
    finer = 2 * COARSE_STEPS
    packed = _packed_int8(weight)
    multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32.default

    def multiply_rows(x: Tensor) -> Tensor:
        size = None
        if not bounded:
            size = torch.linalg.vector_norm(x, torch.inf, -1, True).clamp_(min=1e-30)
        steps = (x if size is None else x / size) * COARSE_STEPS
        coarse = steps.round()
        rows = torch.cat((coarse, steps.sub_(coarse).mul_(finer)))
        y = multiply(rows, 1.0, COARSE_STEPS + 1, packed)
        y = torch.add(y[: len(x)], y[len(x) :], alpha=1 / finer)
        if size is not None:
            y.mul_(size)
        return y if bias is None else y.add_(bias)

    return multiply_rows


def _packed_int8(weight: Tensor) -> object:
    """FBGEMM's form of a matrix rounded to int8 by rows, for activations in COARSE_STEPS."""
    scale = weight.abs().amax(1).clamp_(min=1e-30) / 127
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
        packed: object = torch.ops.quantized.linear_prepack(tensor, None)
        return packed
    finally:
        quantized.engine = before
