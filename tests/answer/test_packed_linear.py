"""Matrix products for few rows: each kind against float64."""

import pytest
import torch
from torch import Tensor, nn
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from mullama.answer.packed_linear import (
    BLOCKS_FROM,
    FEW_ROWS,
    PRECISIONS,
    fused_linear,
    prepare_norm,
    supported,
)

BOUNDS = {"float32": 1e-6, "float16": 5e-4, "int8": 1.2e-2}
available = [precision for precision in PRECISIONS if supported(precision)]


def some_norm(width: int) -> LlamaRMSNorm:
    norm = LlamaRMSNorm(width, eps=1e-5)
    norm.weight.uniform_(0.5, 1.5)
    return norm


def relative(ours: Tensor, exact: Tensor) -> float:
    return float((ours - exact).norm() / exact.norm())


@torch.no_grad()
@pytest.mark.parametrize("precision", available)
@pytest.mark.parametrize("rows", [1, 2, FEW_ROWS, FEW_ROWS + 1])
@pytest.mark.parametrize("bias", [True, False])
def test_layers_side_by_side(precision: str, rows: int, bias: bool) -> None:
    linears = [nn.Linear(96, 64, bias=bias), nn.Linear(96, 33), nn.Linear(96, 40, bias=bias)]
    x = torch.randn(rows, 96) * torch.logspace(-3, 3, rows)[:, None]
    exact = torch.cat([linear.double()(x.double()) for linear in linears], -1)
    ours = fused_linear([linear.float() for linear in linears], precision)(x)
    assert ours.shape == (rows, 137)
    for row in range(rows):
        assert relative(ours[row], exact[row]) < BOUNDS[precision], row


@torch.no_grad()
@pytest.mark.parametrize("rows", [1, 2, FEW_ROWS, FEW_ROWS + 1])
@pytest.mark.parametrize("bias", [True, False])
def test_large_layers_are_cut_into_blocks(rows: int, bias: bool) -> None:
    linear = nn.Linear(256, BLOCKS_FROM // 256, bias=bias)
    x = torch.randn(rows, 256)
    exact = linear.double()(x.double())
    cut = fused_linear([linear.float()], "float32")
    assert cut is not linear
    assert cut(x).shape == exact.shape
    assert relative(cut(x), exact) < 1e-6


@torch.no_grad()
@pytest.mark.parametrize("precision", available)
def test_the_norm_moves_into_the_product(precision: str) -> None:
    linear, norm = nn.Linear(128, 64), some_norm(128)
    x = torch.randn(5, 128) * torch.logspace(-4, 2, 5)[:, None]  # the smallest feels epsilon
    scaled = x.double() * (x.double().square().mean(-1, keepdim=True) + 1e-5).rsqrt()
    exact = (scaled * norm.weight.double()) @ linear.weight.double().T + linear.bias.double()
    ours = fused_linear([linear], precision, norm)(prepare_norm(norm, precision)(x))
    for row in range(5):
        assert relative(ours[row], exact[row]) < BOUNDS[precision], row


@torch.no_grad()
@pytest.mark.skipif(not supported("int8"), reason="this torch has no FBGEMM")
def test_int8_keeps_small_activations_beside_an_outlier() -> None:
    """One activation in a thousand times larger than the rest leaves 7 bits nothing for these."""
    linear = nn.Linear(256, 64, bias=False)
    x = torch.randn(1, 256)
    small = x.clone()
    x[0, 7] = 100.0
    linear.weight[:, 7] = 0.0  # so that only the small ones count
    assert relative(fused_linear([linear], "int8")(x), linear(small)) < 1.5e-2


@torch.no_grad()
@pytest.mark.skipif(not supported("int8"), reason="this torch has no FBGEMM")
def test_int8_of_zeros_is_the_bias_and_the_engine_stays() -> None:
    before = torch.backends.quantized.engine
    linear = nn.Linear(16, 8)
    linear.weight[3] = 0.0
    ours = fused_linear([linear], "int8")
    assert torch.backends.quantized.engine == before
    torch.testing.assert_close(ours(torch.zeros(1, 16))[0], linear.bias)
    assert ours(torch.randn(2, 16))[:, 3].tolist() == [linear.bias[3].item()] * 2


def test_an_unknown_precision_is_not_supported() -> None:
    assert supported("float32")
    assert not supported("int3")
