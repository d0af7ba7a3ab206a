"""Shifts by their formula, with grouped queries and with value projections of their own."""

import torch

from mullama.adapt.shifts import ShiftProjection


def projection(own_values: bool = False) -> ShiftProjection:
    made = ShiftProjection(
        layers=2, hidden=12, heads=4, kv_heads=2, head_dim=3, own_values=own_values
    )
    made.reset_parameters()
    return made


def test_a_fresh_adapter_lets_nothing_in() -> None:
    shifts = projection()(torch.randn(3, 12), [torch.randn(6, 12)] * 2)
    assert shifts.shape == (3, 2, 12)
    assert not shifts.any()


def test_by_the_formula() -> None:
    p = projection()
    torch.nn.init.normal_(p.gates)
    carried, values = torch.randn(3, 12), [torch.randn(6, 12), torch.randn(6, 12)]
    shifts = p(carried, values)
    for layer in range(2):
        value = (carried + p.queries[layer]) @ values[layer].T
        for head in range(4):
            group = value.view(3, 2, 3)[:, head // 2]
            expected = p.gates[layer, head].tanh() * group
            torch.testing.assert_close(shifts[:, layer].view(3, 4, 3)[:, head], expected)


def test_own_values_go_first() -> None:
    p = projection(own_values=True)
    torch.nn.init.normal_(p.gates)
    torch.nn.init.normal_(p.values)
    carried = torch.randn(1, 12)
    expected = p(carried, [torch.zeros(6, 12)] * 2)
    assert expected.any()
    p.values = None
    assert not p(carried, [torch.zeros(6, 12)] * 2).any()
