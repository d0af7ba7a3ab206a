"""Matrices in groups of 4-bit steps."""

import pytest
import torch

from mullama.answer.four_bits import (
    GROUP,
    LEVELS,
    MIDDLE,
    fits_four_bits,
    packed_int4,
    quantize_groups,
)


def restored(weight: torch.Tensor) -> torch.Tensor:
    levels, scale, zero = quantize_groups(weight)
    steps = levels.view(len(weight), -1, GROUP).float() - MIDDLE
    return (steps * scale[..., None] + zero[..., None]).view(weight.shape)


def test_weights_on_a_grid_come_back() -> None:
    levels = torch.randint(0, LEVELS + 1, (32, 64))
    levels.view(32, -1, GROUP)[..., :2] = torch.tensor([0, LEVELS])  # the whole range is used
    weight = (levels - MIDDLE) * 0.25 + 0.5
    torch.testing.assert_close(restored(weight), weight)


def test_a_group_has_steps_of_its_own() -> None:
    weight = torch.randn(16, 2 * GROUP)
    weight[:, GROUP:] *= 1e-3
    error = (restored(weight) - weight)[:, GROUP:].norm() / weight[:, GROUP:].norm()
    assert error < 0.1
    constant = torch.full((16, GROUP), 0.5)
    torch.testing.assert_close(restored(constant), constant)
    assert torch.isfinite(restored(torch.zeros(16, GROUP))).all()


def test_a_narrower_range_is_taken_where_it_errs_less() -> None:
    weight = torch.randn(256, 8 * GROUP)
    groups = weight.view(256, -1, GROUP)
    low, high = groups.amin(-1, True), groups.amax(-1, True)
    step = (high - low) / LEVELS
    plain = (((groups - low) / step).round() * step + low - groups).square().sum()
    assert (restored(weight) - weight).square().sum() < 0.97 * plain


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_the_product_is_that_of_the_restored_matrix(rows: int) -> None:
    weight, x = torch.randn(48, 96), torch.randn(rows, 96)
    exact = x.bfloat16().double() @ restored(weight).double().T
    ours = packed_int4(weight)(x)
    assert ours.dtype == torch.float32
    assert float((ours - exact).norm() / exact.norm()) < 4e-3


def test_what_fits() -> None:
    assert fits_four_bits(torch.empty(32, 64))
    assert not fits_four_bits(torch.empty(33, 64))
    assert not fits_four_bits(torch.empty(32, 65))
