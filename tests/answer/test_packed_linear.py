"""Matrix products for few rows: each kind against float64."""

import pytest
import torch
from torch import Tensor, nn
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from mullama.answer import packed_linear
from mullama.answer.packed_linear import (
    BLOCKS_FROM,
    FEW_ROWS,
    PRECISIONS,
    fbgemm,
    fused_linear,
    supported,
)

BOUNDS = {"float32": 1e-6, "float16": 5e-4, "int8": 1.2e-2, "int4": 0.1}
available = [precision for precision in PRECISIONS if supported(precision)]
needs_fbgemm = pytest.mark.skipif(not fbgemm(), reason="this torch has no FBGEMM")


@pytest.fixture
def by_fbgemm(monkeypatch: pytest.MonkeyPatch) -> None:
    """int8 products of every size go to FBGEMM."""
    monkeypatch.setattr(packed_linear, "LARGE", 0)


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
    linears = [nn.Linear(96, 64, bias=bias), nn.Linear(96, 40), nn.Linear(96, 40, bias=bias)]
    x = torch.randn(rows, 96) * torch.logspace(-3, 3, rows)[:, None]
    exact = torch.cat([linear.double()(x.double()) for linear in linears], -1)
    ours = fused_linear([linear.float() for linear in linears], precision)(x)
    assert ours.shape == (rows, 144)
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
    ours = fused_linear([linear], precision, norm)(x)
    for row in range(5):
        assert relative(ours[row], exact[row]) < BOUNDS[precision], row


@torch.no_grad()
@needs_fbgemm
@pytest.mark.usefixtures("by_fbgemm")
@pytest.mark.parametrize("rows", [1, FEW_ROWS + 1])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("behind_a_norm", [True, False])
def test_large_matrices_in_int8(rows: int, bias: bool, behind_a_norm: bool) -> None:
    """Odd sizes too; rows that differ in size a million times keep their own steps."""
    linear, norm = nn.Linear(77, 33, bias=bias), some_norm(77) if behind_a_norm else None
    x = torch.randn(rows, 77) * torch.logspace(-3, 3, rows)[:, None]
    exact = linear(x if norm is None else norm(x))
    ours = fused_linear([linear], "int8", norm)(x)
    for row in range(rows):
        assert relative(ours[row], exact[row]) < BOUNDS["int8"], row


@torch.no_grad()
@pytest.mark.parametrize("precision", ["int8", "int4"])
def test_a_row_is_the_same_in_any_company(precision: str) -> None:
    linear = nn.Linear(96, 64)
    x = torch.randn(FEW_ROWS + 4, 96)
    multiply = fused_linear([linear], precision)
    alone = torch.cat([multiply(row[None]) for row in x])
    assert relative(multiply(x[:FEW_ROWS]), alone[:FEW_ROWS]) < 1e-6
    assert relative(multiply(x), alone) < 4e-3  # rounded to bfloat16 elsewhere


@torch.no_grad()
def test_int4_of_what_makes_no_whole_groups_is_int8() -> None:
    linear = nn.Linear(77, 64)
    x = torch.randn(2, 77)
    assert relative(fused_linear([linear], "int4")(x), linear(x)) < BOUNDS["int8"]


@torch.no_grad()
@needs_fbgemm
@pytest.mark.usefixtures("by_fbgemm")
def test_int8_keeps_small_activations_beside_an_outlier() -> None:
    """One activation in a thousand times larger than the rest leaves 7 bits nothing for these."""
    linear = nn.Linear(256, 64, bias=False)
    x = torch.randn(1, 256)
    small = x.clone()
    x[0, 7] = 100.0
    linear.weight[:, 7] = 0.0  # so that only the small ones count
    assert relative(fused_linear([linear], "int8")(x), linear(small)) < 1.5e-2


@torch.no_grad()
@needs_fbgemm
@pytest.mark.usefixtures("by_fbgemm")
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
