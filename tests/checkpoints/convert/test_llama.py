"""LLaMA folders in both layouts."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, Qwen2Config

from goldens import LLAMA, base, random_llama, write_llama, write_shards
from mullama.checkpoints.convert.llama import read_llama
from mullama.errors import CheckpointError

PARAMS = {"dim": 64, "n_layers": 2, "n_heads": 8, "n_kv_heads": 4, "norm_eps": 1e-6}


def test_meta_folder() -> None:
    found = read_llama(LLAMA, {})
    config = found.config
    assert (config.hidden_size, config.num_hidden_layers, config.vocab_size) == (64, 4, 512)
    assert (config.intermediate_size, config.rms_norm_eps) == (192, 1e-5)
    assert config.rope_parameters["rope_theta"] == 10_000.0
    assert found.tokenizer == LLAMA
    expected = base()["layers.1.attention.wv.weight"]
    assert torch.equal(found.state["model.layers.1.self_attn.v_proj.weight"].make(), expected)
    assert found.state["model.layers.1.self_attn.v_proj.weight"].dtype == torch.float16


@pytest.mark.parametrize("count", [2, 4])
def test_shards_are_joined(tmp_path: Path, count: int) -> None:
    one, cut = read_llama(LLAMA, {}), read_llama(write_shards(tmp_path / "ckpts", count), {})
    assert cut.tokenizer == tmp_path / "ckpts"
    assert one.state.keys() == cut.state.keys()
    assert all(torch.equal(one.state[name].make(), cut.state[name].make()) for name in one.state)


def test_embeddings_cut_by_rows(tmp_path: Path) -> None:
    folder = write_shards(tmp_path / "ckpts") / "7B"
    for number, path in enumerate(sorted(folder.glob("*.pth"))):
        shard = torch.load(path, weights_only=True)
        shard["tok_embeddings.weight"] = base()["tok_embeddings.weight"].chunk(2, 0)[number].clone()
        torch.save(shard, path)
    found = read_llama(folder, {}).state["model.embed_tokens.weight"]
    assert torch.equal(found.make(), base()["tok_embeddings.weight"])


def test_the_size_is_chosen(tmp_path: Path) -> None:
    root = write_shards(tmp_path / "ckpts")
    (root / "13B").mkdir()
    (root / "13B" / "params.json").write_text("{}")
    with pytest.raises(
        CheckpointError, match=r"several models \(13B, 7B\): choose with --llama-type"
    ):
        read_llama(root, {})
    assert read_llama(root, {}, "7B").config.hidden_size == 64


def test_llama_3_settings(tmp_path: Path) -> None:
    params = {**PARAMS, "rope_theta": 500_000.0, "use_scaled_rope": True, "vocab_size": 512}
    folder = write_llama(tmp_path / "l", params, random_llama(params, torch.bfloat16))
    config = read_llama(folder, {}).config
    assert config.num_key_value_heads == 4
    assert config.rope_parameters["rope_type"] == "llama3"
    assert config.rope_parameters["rope_theta"] == 500_000.0


def test_both_layouts_are_one_model(tmp_path: Path) -> None:
    """What transformers itself computes from its own layout, Meta's layout gives too."""
    folder = write_llama(tmp_path / "meta", PARAMS, random_llama(PARAMS, torch.float32))
    meta = read_llama(folder, {})
    own = AutoModelForCausalLM.from_config(meta.config)
    zeros = {k: torch.zeros_like(v) for k, v in own.state_dict().items() if k.endswith("bias")}
    own.load_state_dict({**zeros, **{k: t.make() for k, t in meta.state.items()}})
    own.save_pretrained(tmp_path / "hf", max_shard_size="100KB")
    (tmp_path / "hf" / "tokenizer.json").touch()
    again = read_llama(tmp_path / "hf", {})
    assert len(again.files) > 1
    assert again.config.num_key_value_heads == 4
    assert all(torch.equal(again.state[k].make(), meta.state[k].make()) for k in meta.state)


def test_a_llama_of_transformers_gets_biases(tmp_path: Path) -> None:
    config = LlamaConfig(
        vocab_size=512, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").touch()
    found = read_llama(tmp_path, {})
    assert (found.config.attention_bias, found.config.mlp_bias) == (True, True)
    assert "lm_head.weight" not in found.state
    assert found.state["model.embed_tokens.weight"].dtype == torch.bfloat16


def test_an_adapter_needs_a_llama(tmp_path: Path) -> None:
    config = Qwen2Config(vocab_size=64, hidden_size=32, num_hidden_layers=1, num_attention_heads=4)
    config.save_pretrained(tmp_path)
    with pytest.raises(
        CheckpointError, match=r"a qwen2; this adapter's norm\.weight belongs to a LL"
    ):
        read_llama(tmp_path, {"norm.weight": read_llama(LLAMA, {}).state["model.norm.weight"]})


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no such folder"):
        read_llama(tmp_path / "none", {})
    with pytest.raises(CheckpointError, match=r"neither params\.json .* nor config\.json"):
        read_llama(tmp_path, {})
    (tmp_path / "params.json").write_text(json.dumps(PARAMS))
    with pytest.raises(CheckpointError, match=r"holds no consolidated\.\*\.pth"):
        read_llama(tmp_path, {})
    state = random_llama(PARAMS, torch.float32)
    torch.save(state, tmp_path / "consolidated.00.pth")
    with pytest.raises(CheckpointError, match=r"no tokenizer\.model beside or above"):
        read_llama(tmp_path, {})
    torch.save({**state, "layers.0.moe.weight": torch.ones(1)}, tmp_path / "consolidated.00.pth")
    with pytest.raises(
        CheckpointError, match=r"layers\.0\.moe\.weight, which is no tensor of LLaMA"
    ):
        read_llama(tmp_path, {})
    (tmp_path / "params.json").write_text(json.dumps({**PARAMS, "n_heads": "many"}))
    with pytest.raises(CheckpointError, match=r"n_heads should be a number, not 'many'"):
        read_llama(tmp_path, {})


def test_heads_that_do_not_divide_are_named(tmp_path: Path) -> None:
    params = {**PARAMS, "n_heads": 5, "n_kv_heads": 5}
    folder = write_llama(tmp_path / "l", params, random_llama(PARAMS, torch.float32))
    with pytest.raises(CheckpointError, match=r"params\.json is invalid: .*64.* multiple .*5"):
        read_llama(folder, {})


def test_unlike_shards_are_named(tmp_path: Path) -> None:
    folder = write_shards(tmp_path / "ckpts") / "7B"
    shard = torch.load(folder / "consolidated.01.pth", weights_only=True)
    del shard["norm.weight"]
    torch.save(shard, folder / "consolidated.01.pth")
    with pytest.raises(
        CheckpointError, match=r"consolidated\.01\.pth and .* differ in norm\.weight"
    ):
        read_llama(folder, {})
