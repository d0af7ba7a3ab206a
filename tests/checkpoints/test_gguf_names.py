"""Names go both ways and the order of rotary rows is Meta's, as the format's page has them."""

import pytest
import torch

from mullama.checkpoints.gguf_names import (
    IN_LAYER,
    WHOLE,
    gguf_name,
    interleaved,
    transformers_name,
)
from mullama.errors import CheckpointError


def test_names_go_both_ways() -> None:
    names = [f"{module}.weight" for module in WHOLE]
    names += [f"model.layers.{n}.{module}.weight" for n in (0, 31) for module in IN_LAYER]
    assert len({gguf_name(name) for name in names}) == len(names)
    assert [transformers_name(gguf_name(name)) for name in names] == names
    assert gguf_name("model.layers.7.self_attn.q_proj.bias") == "blk.7.attn_q.bias"
    assert gguf_name("model.embed_tokens.weight") == "token_embd.weight"


def test_names_that_have_no_other() -> None:
    for name in (
        "rope_freqs.weight",
        "blk.x.attn_q.weight",
        "blk.99999.attn_q.weight",
        "",
        "blk.0",
    ):
        assert transformers_name(name) is None
    with pytest.raises(
        CheckpointError, match=r"no tensor for model\.layers\.0\.mlp\.experts\.weight"
    ):
        gguf_name("model.layers.0.mlp.experts.weight")


def test_rotary_rows_become_neighbouring_pairs() -> None:
    """A head of four rows: its halves (0, 1) and (2, 3) become the pairs (0, 2), (1, 3)."""
    rows = torch.arange(8.0)[:, None]
    assert interleaved(rows, heads=2).flatten().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]
