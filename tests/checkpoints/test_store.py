"""Opening models: names, types, merged LoRA, and what is refused."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from goldens import FINETUNED, LLAMA, MERT, clip
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.store import load_model, resolve
from mullama.errors import CheckpointError, UsageError
from mullama.model import MuLlamaForConditionalGeneration

EMBEDDING = "language_model.model.embed_tokens.weight"


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(
        ConvertOptions(
            llama=LLAMA, mert=MERT, adapter=FINETUNED, out=tmp_path_factory.mktemp("s") / "o"
        )
    )


@pytest.fixture
def own(converted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(converted, tmp_path / "model"))


def logits(model: MuLlamaForConditionalGeneration) -> torch.Tensor:
    ids = torch.arange(3, 20)[None]
    with torch.inference_mode():
        shifts = model.adapt(model.listen(clip("c3")[None]))
        return model(input_ids=ids, shifts=shifts).logits[0, -1].float()


def test_each_tensor_keeps_its_type(converted: Path) -> None:
    model, _ = load_model(converted)
    types = {(name.partition(".")[0], p.dtype) for name, p in model.named_parameters()}
    assert types == {
        ("encoder", torch.float32),
        ("bridge", torch.float32),
        ("shifts", torch.float32),
        ("shifts", torch.float16),  # the base value projections, kept beside the merged ones
        ("language_model", torch.float16),
    }
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    assert not any(p.is_meta for p in (*model.parameters(), *model.buffers()))


@pytest.mark.parametrize(
    ("dtype", "near"), [("float32", 1e-5), ("bfloat16", 0.1), ("float16", 0.02), (None, 0.02)]
)
def test_one_type_for_all(converted: Path, dtype: str | None, near: float) -> None:
    """For all but the encoder, which has to be quick on a CPU."""
    model, _ = load_model(converted, dtype=dtype, device="cpu")
    if dtype is not None:
        others = {p.dtype for n, p in model.named_parameters() if not n.startswith("encoder.")}
        assert others == {getattr(torch, dtype)}
    assert {p.dtype for p in model.encoder.parameters()} == {torch.float32}
    apart = MuLlamaForConditionalGeneration.from_pretrained(converted, dtype=torch.float32)
    expected = logits(apart)
    assert (logits(model) - expected).abs().max() < near * expected.abs().max()


def test_saved_and_opened_again(converted: Path, tmp_path: Path) -> None:
    """Merged weights, with the base value projections beside them, survive transformers' own way."""
    model, tokenizer = load_model(converted, dtype="float32")
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    again, _ = load_model(tmp_path)
    assert (again.config.lora_rank, again.config.own_values) == (0, True)
    assert torch.allclose(logits(again), logits(model), atol=1e-4)
    other = MuLlamaForConditionalGeneration.from_pretrained(tmp_path)
    assert torch.allclose(logits(other), logits(model), atol=1e-4)


def test_a_configuration_may_ask_for_a_wider_type(own: Path) -> None:
    state = {k: v.half() for k, v in load_file(own / "model.safetensors").items()}
    save_file(state, own / "model.safetensors")
    assert {p.dtype for p in load_model(own)[0].encoder.parameters()} == {torch.float32}
    config = json.loads((own / "config.json").read_text())
    config["text_config"]["dtype"] = "float32"
    (own / "config.json").write_text(json.dumps(config))
    assert {p.dtype for p in load_model(own)[0].parameters()} == {torch.float32}


def test_tied_embeddings_are_stored_once(own: Path) -> None:
    config = json.loads((own / "config.json").read_text())
    config["text_config"]["tie_word_embeddings"] = True
    (own / "config.json").write_text(json.dumps(config))
    state = load_file(own / "model.safetensors")
    del state["language_model.lm_head.weight"]
    save_file(state, own / "model.safetensors")
    model, _ = load_model(own)
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


def test_sampling_comes_with_the_model(converted: Path) -> None:
    model, tokenizer = load_model(converted)
    own = model.generation_config
    assert (own.do_sample, own.temperature, own.top_p, own.max_new_tokens) == (True, 0.6, 0.8, 512)
    assert (own.eos_token_id, tokenizer.eos_token_id) == (2, 2)


def test_shards_are_opened(own: Path) -> None:
    state = load_file(own / "model.safetensors")
    (own / "model.safetensors").unlink()
    names = sorted(state)
    homes = {name: f"model-0000{1 + n % 2}-of-00002.safetensors" for n, name in enumerate(names)}
    for home in set(homes.values()):
        save_file({n: state[n] for n in names if homes[n] == home}, own / home)
    (own / "model.safetensors.index.json").write_text(json.dumps({"weight_map": homes}))
    assert load_model(own)[0].config.adapted_layers == 3
    (own / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"model-00002-of-00002\.safetensors is missing"):
        load_model(own)


def test_names(tmp_path: Path) -> None:
    assert resolve(None) == resolve("small")
    assert resolve(None).parts[-3:] == ("mullama", "weights", "small")
    assert resolve(tmp_path) == tmp_path
    (tmp_path / "checkpoint.pth").touch()
    with pytest.raises(CheckpointError, match=r"is a file; .* mullama convert --adapter"):
        resolve(tmp_path / "checkpoint.pth")
    with pytest.raises(CheckpointError, match="there is no folder"):
        resolve(tmp_path / "none")
    with pytest.raises(CheckpointError, match="there is no folder"):
        resolve("none")


def test_a_hub_name_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match=r"could not be fetched .* check the name") as caught:
        resolve("mu-llama/nothing-of-that-name")
    assert "\n" not in str(caught.value)


def test_nothing_that_could_run_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[str, object] = {}

    def fetch(name: str, allow_patterns: list[str]) -> str:
        asked[name] = allow_patterns
        return str(tmp_path)

    monkeypatch.setattr("mullama.checkpoints.find_base.snapshot_download", fetch)
    assert resolve("owner/model") == tmp_path
    (patterns,) = asked.values()
    assert isinstance(patterns, list)
    assert not any(Path(f"x{end}").match(p) for p in patterns for end in (".py", ".bin", ".pth"))


def test_what_is_wrong_is_named(own: Path) -> None:
    with pytest.raises(UsageError, match="unknown dtype 'int8'"):
        load_model(own, dtype="int8")
    with pytest.raises(UsageError, match="device 'quantum'"):
        load_model(own, device="quantum")
    (own / "llama").mkdir()
    (own / "llama" / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(CheckpointError, match="holds a llama, not a model of ours"):
        load_model(own / "llama")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(own: Path, name: str) -> None:
    (own / name).unlink()
    with pytest.raises(CheckpointError, match=name.replace(".", r"\.")):
        load_model(own)


def test_broken_weights_are_named(own: Path) -> None:
    path = own / "model.safetensors"
    whole = path.read_bytes()
    for broken in (whole[:-1000], whole[:100], b"", b"\xff" * 200):
        path.write_bytes(broken)
        with pytest.raises(
            CheckpointError, match=r"model\.safetensors is truncated or no safetens"
        ):
            load_model(own)


def test_other_tensors_are_named(own: Path) -> None:
    state = load_file(own / "model.safetensors")
    for changes, pattern in (
        ({"bridge.mix.bias": None}, r"1 tensors are missing, bridge\.mix\.bias first"),
        ({EMBEDDING: None}, rf"1 tensors are missing, {EMBEDDING} first"),
        ({"bridge.extra": torch.ones(1)}, r"bridge\.extra \(1,\) does not fit"),
        ({"bridge.mix.bias": torch.ones(2)}, r"bridge\.mix\.bias \(2,\) does not fit"),
    ):
        changed = {k: v for k, v in {**state, **changes}.items() if v is not None}
        save_file(changed, own / "model.safetensors")
        with pytest.raises(CheckpointError, match=pattern):
            load_model(own)
