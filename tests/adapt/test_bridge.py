"""The bridge by its formula; parity with the reference's numbers is in test_parity.py."""

import torch
from torch.nn import functional

from mullama.adapt.bridge import Bridge


def bridge() -> Bridge:
    return Bridge(states=5, features=8, hidden=12, width=20, blocks=2)


def test_by_the_formula() -> None:
    b = bridge()
    torch.nn.init.uniform_(b.blocks[0].norm.weight, 0.5, 1.5)
    listening = torch.randn(3, 5, 8)
    mixed = torch.einsum("csf,s->cf", listening, b.mix.weight[0]) + b.mix.bias
    x = b.proj(mixed / mixed.norm(dim=-1, keepdim=True))
    for block in b.blocks:
        n = x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * block.norm.weight
        x = x + block.down_proj(functional.silu(block.gate_proj(n)) * block.up_proj(n))
    torch.testing.assert_close(b(listening), x)


def test_playing_louder_changes_nothing_once_the_mix_has_no_bias() -> None:
    b = bridge()
    torch.nn.init.zeros_(b.mix.bias)
    listening = torch.randn(1, 5, 8)
    torch.testing.assert_close(b(listening), b(7 * listening))


def test_every_parameter_learns() -> None:
    b = bridge()
    b(torch.randn(3, 5, 8)).square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in b.parameters())
