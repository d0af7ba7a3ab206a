"""Conversion as a whole: what is written, kept and said. Equality of the result: test_parity.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file

from goldens import (
    FINETUNED,
    LLAMA,
    MERT,
    base,
    facts,
    finetuned,
    released,
    write_pretrained,
    write_released,
    write_settings,
)
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.convert.llama import read_llama
from mullama.errors import CheckpointError, UsageError


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(
        ConvertOptions(
            llama=LLAMA, mert=MERT, adapter=FINETUNED, out=tmp_path_factory.mktemp("c") / "o"
        )
    )


def test_the_folder(out: Path) -> None:
    assert {path.name for path in out.iterdir()} == {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "processor_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    }


def test_nothing_is_lost(out: Path) -> None:
    """Every number is found again, bit by bit, in its own type."""
    state = load_file(out / "model.safetensors")
    layer = "language_model.model.layers.2."
    assert state[f"{layer}self_attn.v_proj.weight"].dtype == torch.float16
    for name, key in (
        ("self_attn.v_proj.weight", "attention.wv.weight"),
        ("mlp.down_proj.weight", "feed_forward.w2.weight"),
    ):
        assert torch.equal(state[layer + name], base()[f"layers.2.{key}"])
    for name, key in (
        ("mlp.up_proj.lora_B", "feed_forward.lora_w3_l2.weight"),
        ("self_attn.o_proj.bias", "attention.wo.bias"),
        ("input_layernorm.weight", "attention_norm.weight"),
    ):
        assert state[layer + name].dtype == torch.float32
        assert torch.equal(state[layer + name], finetuned()[f"llama.layers.2.{key}"])
    mert = torch.load(MERT / "pytorch_model.bin", weights_only=True)
    for key in ("encoder.layer_norm.bias", "feature_projection.projection.weight"):
        assert torch.equal(state[f"encoder.{key}"], mert[key])
    assert torch.equal(state["shifts.queries"], finetuned()["prefix_query.weight"])
    for name in ("k_proj", "v_proj"):
        assert not state[f"{layer}self_attn.{name}.bias"].any()


def test_rows_that_turn_are_reordered_alike(out: Path) -> None:
    state = load_file(out / "model.safetensors")
    order = torch.arange(64).reshape(4, 8, 2).transpose(1, 2).flatten()
    layer, published = (
        "language_model.model.layers.1.self_attn.q_proj.",
        "llama.layers.1.attention.",
    )
    assert torch.equal(state[f"{layer}weight"], base()["layers.1.attention.wq.weight"][order])
    assert torch.equal(state[f"{layer}bias"], finetuned()[f"{published}wq.bias"][order])
    low = finetuned()[f"{published}lora_wq_l2.weight"]
    assert torch.equal(state[f"{layer}lora_B"], low[order])
    assert torch.equal(state[f"{layer}lora_A"], finetuned()[f"{published}lora_wq_l1.weight"])


def test_what_is_said_about_it(out: Path) -> None:
    config = json.loads((out / "config.json").read_text())
    assert (config["prompt"], config["lora_rank"], config["adapted_layers"]) == ("published", 16, 3)
    assert (config["dtype"], config["audio_config"]["dtype"]) == ("float16", "float32")
    sources = {name for part in ("llama", "mert", "adapter", "tokenizer")
               for name in config["provenance"][part]}  # fmt: skip
    assert sources == {
        "consolidated.00.pth", "pytorch_model.bin", "adapter_finetune.pth", "tokenizer.model"
    }  # fmt: skip
    for file in out.glob("*.json"):
        assert str(LLAMA.parent) not in file.read_text(encoding="utf-8")
    sampling = json.loads((out / "generation_config.json").read_text())
    assert (sampling["do_sample"], sampling["temperature"], sampling["top_p"]) == (True, 0.6, 0.8)
    assert (sampling["max_new_tokens"], sampling["top_k"], sampling["eos_token_id"]) == (512, 0, 2)


def test_transformers_opens_it(out: Path) -> None:
    import mullama.auto  # noqa: F401

    stored = json.loads((out / "tokenizer_config.json").read_text())
    assert hasattr(transformers, stored["tokenizer_class"])
    processor = transformers.AutoProcessor.from_pretrained(out)
    assert (processor.prompt, processor.feature_extractor.sampling_rate) == ("published", 24_000)
    ids = processor(facts()["prompts"][0]["question"])["input_ids"]
    assert ids[0].tolist() == facts()["prompts"][0]["ids"]
    model = transformers.AutoModelForMultimodalLM.from_pretrained(out)
    assert (model.config.adapted_layers, model.generation_config.top_p) == (3, 0.8)


def test_a_pretraining_file_has_no_lora(tmp_path: Path) -> None:
    adapter = write_pretrained(tmp_path / "p.pth")
    out = convert(ConvertOptions(llama=LLAMA, mert=MERT, adapter=adapter, out=tmp_path / "out"))
    assert json.loads((out / "config.json").read_text())["lora_rank"] == 0
    state = load_file(out / "model.safetensors")
    assert not any(".lora_" in name for name in state)
    assert not any(state[name].any() for name in state if name.endswith("_proj.bias")
                   and name.startswith("language_model."))  # fmt: skip


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_a_transformers_folder_gives_the_same(out: Path, tmp_path: Path, kind: str) -> None:
    meta = read_llama(LLAMA, {})
    config = transformers.LlamaConfig.from_dict({**meta.config.to_dict(), "attention_bias": False})
    config.mlp_bias = False
    own = transformers.LlamaForCausalLM(config).half()
    own.load_state_dict({key: tensor.make() for key, tensor in meta.state.items()})
    folder = tmp_path / "hf"
    own.save_pretrained(folder)
    if kind == "bin":
        torch.save(own.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    (folder / "tokenizer.model").write_bytes((LLAMA / "tokenizer.model").read_bytes())
    made = convert(ConvertOptions(llama=folder, mert=MERT, adapter=FINETUNED, out=tmp_path / "out"))
    one, two = (load_file(f / "model.safetensors") for f in (out, made))
    assert one.keys() == two.keys()
    assert all(
        torch.equal(one[name], two[name]) and one[name].dtype == two[name].dtype for name in one
    )


def test_a_whole_checkpoint_needs_small_files_only(tmp_path: Path) -> None:
    settings = write_settings(tmp_path / "settings")
    adapter = write_released(tmp_path / "checkpoint.pth")
    out = convert(
        ConvertOptions(
            llama=settings / "llama", mert=settings / "mert", adapter=adapter, out=tmp_path / "out"
        )
    )
    state = load_file(out / "model.safetensors")
    expected = released()
    embedding = state["language_model.model.embed_tokens.weight"]
    assert torch.equal(embedding, expected["llama.tok_embeddings.weight"])
    assert torch.equal(
        state["encoder.encoder.pos_conv_embed.conv.parametrizations.weight.original0"],
        expected["mert_model.encoder.pos_conv_embed.conv.weight_g"],
    )
    with pytest.raises(CheckpointError, match=r"holds no consolidated\.\*\.pth"):
        convert(
            ConvertOptions(
                llama=settings / "llama", mert=MERT, adapter=FINETUNED, out=tmp_path / "no"
            )
        )


def test_a_fresh_adapter(tmp_path: Path) -> None:
    out = convert(ConvertOptions(llama=LLAMA, mert=MERT, out=tmp_path / "out", lora_rank=2))
    config = json.loads((out / "config.json").read_text())
    assert (config["prompt"], config["adapted_layers"], config["lora_rank"]) == ("clean", 4, 2)
    assert json.loads((out / "generation_config.json").read_text())["do_sample"] is False
    again = convert(ConvertOptions(llama=LLAMA, mert=MERT, out=tmp_path / "again", lora_rank=2))
    one, two = (load_file(folder / "model.safetensors") for folder in (out, again))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not one["shifts.gates"].any()


def test_a_fresh_adapter_has_limits(tmp_path: Path) -> None:
    for layers in (0, 5, -1):
        with pytest.raises(CheckpointError, match=f"{layers} adapted layers do not fit"):
            convert(
                ConvertOptions(llama=LLAMA, mert=MERT, out=tmp_path / "out", adapted_layers=layers)
            )
    with pytest.raises(UsageError, match="lora_rank: expected int from 0 to 65536, got -1"):
        convert(ConvertOptions(llama=LLAMA, mert=MERT, out=tmp_path / "out", lora_rank=-1))
    assert not (tmp_path / "out").exists()


def test_progress_ends_with_the_whole(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    convert(
        ConvertOptions(llama=LLAMA, mert=MERT, out=tmp_path / "out"),
        progress=lambda done, of: heard.append((done, of)),
    )
    assert heard[-1][0] == heard[-1][1]
    assert sorted(heard) == heard


def test_a_broken_source_leaves_nothing(tmp_path: Path) -> None:
    whole = FINETUNED.read_bytes()
    (tmp_path / "cut.pth").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match=r"cut\.pth is truncated"):
        convert(
            ConvertOptions(
                llama=LLAMA, mert=MERT, adapter=tmp_path / "cut.pth", out=tmp_path / "out"
            )
        )
    assert [path.name for path in tmp_path.iterdir()] == ["cut.pth"]


def test_only_a_model_of_ours_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = {"llama": LLAMA, "mert": MERT, "out": out, "lora_rank": 1}
    convert(ConvertOptions(**options))
    with pytest.raises(CheckpointError, match="is not empty: choose another --out, or give --over"):
        convert(ConvertOptions(**options))
    before = (out / "model.safetensors").read_bytes()
    convert(ConvertOptions(**{**options, "seed": 1, "overwrite": True}))
    assert (out / "model.safetensors").read_bytes() != before
    (out / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(CheckpointError, match="holds something else than a model of ours"):
        convert(ConvertOptions(**options, overwrite=True))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("limit", [1, 4, 16, 64, 200])
def test_a_disk_that_refuses_leaves_nothing(tmp_path: Path, limit: int) -> None:
    """At each file in turn, as `ulimit -f` refuses more than so many blocks of 512 bytes.

    tokenizers raises a bare Exception for it, safetensors and json what they like.
    """
    resource = pytest.importorskip("resource")
    command = [sys.executable, "-m", "mullama", "convert", "--llama", LLAMA, "--mert", MERT,
               "--out", tmp_path / "out"]  # fmt: skip
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit * 512, limit * 512)),
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"mullama: error: {tmp_path}/out was not written: File too large")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "closed").mkdir(mode=0o500)
    places = [tmp_path / "file" / "out"]
    if not os.access(tmp_path / "closed", os.W_OK):  # the superuser can
        places.append(tmp_path / "closed" / "out")
    for place in places:
        with pytest.raises(CheckpointError, match=f"{place} cannot be written: "):
            convert(ConvertOptions(llama=LLAMA, mert=MERT, out=place))


MEASURE = """
import re, sys
from pathlib import Path
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
status = lambda: Path("/proc/self/status").read_text()
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", status())[1])
llama, mert, adapter, out = (Path(a) for a in sys.argv[1:])
convert(ConvertOptions(llama=llama, mert=mert, out=out.with_name("warm-up")))
before = peak()
convert(ConvertOptions(llama=llama, mert=mert, adapter=adapter, out=out))
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's own account")
def test_memory_stays_near_the_largest_tensor(tmp_path: Path) -> None:
    """The published layout with 256 MB of optimiser state, which is never read."""
    state = released()
    moments = {0: {"exp_avg": torch.zeros(64, 2**20)}}
    torch.save({"model": state, "optimizer": {"state": moments}}, tmp_path / "checkpoint.pth")
    command = [
        sys.executable,
        "-c",
        MEASURE,
        LLAMA,
        MERT,
        tmp_path / "checkpoint.pth",
        tmp_path / "o",
    ]
    done = subprocess.run([str(a) for a in command], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 50_000  # KiB
