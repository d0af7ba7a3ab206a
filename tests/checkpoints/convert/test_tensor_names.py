"""Published names and ours."""

import pytest

from mullama.checkpoints.convert.tensor_names import (
    bridge_name,
    gate_layer,
    is_rotary,
    language_model_name,
)


@pytest.mark.parametrize(
    ("meta", "ours"),
    [
        ("tok_embeddings.weight", "model.embed_tokens.weight"),
        ("output.weight", "lm_head.weight"),
        ("layers.31.attention.wo.bias", "model.layers.31.self_attn.o_proj.bias"),
        ("layers.0.feed_forward.w2.weight", "model.layers.0.mlp.down_proj.weight"),
        ("layers.0.feed_forward.lora_w3_l2.weight", "model.layers.0.mlp.up_proj.lora_B"),
        ("layers.7.attention.lora_wk_l1.weight", "model.layers.7.self_attn.k_proj.lora_A"),
        ("layers.7.ffn_norm.weight", "model.layers.7.post_attention_layernorm.weight"),
        ("layers.7.attention.gate", None),
        ("layers.7.attention.w9.weight", None),
        ("rope.freqs", None),
    ],
)
def test_language_model_names(meta: str, ours: str | None) -> None:
    assert language_model_name(meta) == ours


def test_bridge_and_gates() -> None:
    assert bridge_name("mu_mert_agg.weight") == "mix.weight"
    assert bridge_name("mu_mert_f2_3.weight") == "blocks.2.down_proj.weight"
    assert bridge_name("mu_mert_f4_1.weight") is None
    assert gate_layer("layers.12.attention.gate") == 12
    assert gate_layer("layers.12.attention.wq.weight") is None


def test_rotary_rows() -> None:
    assert is_rotary("model.layers.0.self_attn.q_proj.lora_B")
    assert is_rotary("model.layers.0.self_attn.k_proj.bias")
    assert not is_rotary("model.layers.0.self_attn.q_proj.lora_A")
    assert not is_rotary("model.layers.0.self_attn.v_proj.weight")
