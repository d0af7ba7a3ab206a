"""A model's folder from outside: what it may say, what is refused, and that nothing of it runs or grows."""

import json
import random
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from goldens import FINETUNED, LLAMA, MERT
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.model_folder import is_model_folder, load_config, read_model_folder
from mullama.checkpoints.store import load_model, open_encoder
from mullama.errors import CheckpointError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.open_model import load
from mutations import mutated_json, outcome
from tiny import RATE, clip


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("f") / "o"
    return convert(ConvertOptions(llama=LLAMA, mert=MERT, adapter=FINETUNED, out=out))


@pytest.fixture
def own(converted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(converted, tmp_path / "model"))


def change(path: Path, part: str | None = None, **settings: Any) -> None:
    """Change keys of a JSON file, or of one object in it."""
    stored = json.loads(path.read_text())
    (stored[part] if part else stored).update(settings)
    path.write_text(json.dumps(stored))


def refused(folder: Path, pattern: str) -> None:
    """By one line, and before anything is built: a model of that size would take minutes."""
    begin = time.perf_counter()
    with pytest.raises(CheckpointError, match=pattern) as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)
    assert time.perf_counter() - begin < 2


def test_what_it_holds(converted: Path) -> None:
    folder = read_model_folder(converted)
    state = load_file(converted / "model.safetensors")
    assert folder.shapes == {name: tuple(tensor.shape) for name, tensor in state.items()}
    assert {n: t.dtype for n, t in folder.tensors.items()} == {n: t.dtype for n, t in state.items()}
    assert folder.files == [converted / "model.safetensors"]
    assert folder.generation is not None
    assert folder.generation.top_p == 0.8
    assert is_model_folder(converted)
    assert not is_model_folder(converted.parent)


# ---------------------------------------------------------------- nothing of it runs


CODE = """
from pathlib import Path
Path({!r}).touch()
raise SystemExit
"""


@pytest.mark.parametrize("kind", ["llama", "mullama_mert", "hubert", "vit"])
def test_code_in_the_folder_is_not_run(
    own: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`auto_map` names a class of a file in the folder; once, its author needed one "y" for it."""
    touched = tmp_path / "touched"
    (own / "evil.py").write_text(CODE.format(str(touched)))
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    monkeypatch.chdir(own)
    names = ("AutoConfig", "AutoModel", "AutoModelForCausalLM", "AutoTokenizer", "AutoProcessor")
    evil = dict.fromkeys(names, "evil.Evil")
    for part in ("text_config", "audio_config", None):
        change(own / "config.json", part, auto_map=evil, name_or_path=str(own))
    change(own / "config.json", "text_config", model_type=kind)
    change(own / "tokenizer_config.json", auto_map=evil, tokenizer_class="Evil")
    if kind == "llama":
        model, _ = load_model(own)
        assert not hasattr(model.config.text_config, "auto_map")
        model.save_pretrained(tmp_path / "again")
        assert "auto_map" not in (tmp_path / "again" / "config.json").read_text()
    else:
        refused(own, f"text_config.model_type: unknown language model '{kind}'; known: llama")
    assert not touched.exists()


def test_a_language_model_is_built_without_remote_code(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = []
    stock = AutoModelForCausalLM.from_config

    def watched(config: Any, **options: Any) -> Any:
        trusted.append(options.get("trust_remote_code"))
        return stock(config, **options)

    monkeypatch.setattr(transformers.AutoModelForCausalLM, "from_config", watched)
    load_model(own)
    MuLlamaForConditionalGeneration.from_pretrained(own)
    assert trusted
    assert set(trusted) == {False}


@pytest.mark.parametrize("part", ["text_config", "audio_config", None])
@pytest.mark.parametrize(
    "name", ["x/y", "kernels-community/flash-attn", {"": "x/y"}, "paged|sdpa", 3, ["sdpa"]]
)
def test_attention_from_elsewhere_is_refused(own: Path, part: str | None, name: Any) -> None:
    change(own / "config.json", part, attn_implementation=name)
    refused(own, r"unknown attn_implementation .*; known: eager, sdpa")


@pytest.mark.parametrize("part", ["text_config", "audio_config", None])
def test_other_ways_to_name_it_are_passed_over(own: Path, part: str | None) -> None:
    change(
        own / "config.json",
        part,
        _attn_implementation="x/y",
        _attn_implementation_internal="x/y",
        experts_implementation="x/y",
    )
    model, _ = load_model(own)
    for config in (model.config, model.config.text_config, model.config.audio_config):
        assert config._attn_implementation in ("sdpa", "eager")


def test_attention_of_torch_and_of_installed_packages(own: Path) -> None:
    for name in ("eager", "sdpa"):
        change(own / "config.json", attn_implementation=name)
        assert load_model(own)[0].language_model.config._attn_implementation == name
    change(own / "config.json", attn_implementation="flash_attention_2")
    if not transformers.utils.is_flash_attn_2_available():
        refused(own, "flash_attention_2 needs its package, which is not installed")


# ---------------------------------------------------------------- nothing of it grows


@pytest.mark.parametrize(
    ("part", "name", "value", "pattern"),
    [
        ("text_config", "num_hidden_layers", 10**7, "num_hidden_layers should be from 0 to 1024"),
        ("text_config", "num_hidden_layers", 1000, "num_hidden_layers 1000, but its weights are"),
        ("audio_config", "num_hidden_layers", 1000, "num_hidden_layers 1000, but its weights are"),
        (None, "bridge_blocks", 10**9, "bridge_blocks should be from 0 to 64"),
        ("text_config", "hidden_size", 10**9, "hidden_size should be from 1 to"),
        ("text_config", "hidden_size", 2**20, "does not fit config.json|no model has this"),
        ("text_config", "hidden_size", -64, "hidden_size should be from 1 to"),
        ("text_config", "vocab_size", 0, "vocab_size should be from 1 to"),
        ("text_config", "num_attention_heads", 0, "num_attention_heads should be|is invalid"),
        ("text_config", "num_key_value_heads", 3, "does not fit config.json"),
        ("text_config", "intermediate_size", 2**20, "does not fit config.json"),
        ("text_config", "pad_token_id", 512, "pad_token_id 512 is not in the vocabulary"),
        ("text_config", "hidden_act", "exec", "no model has this configuration"),
        ("text_config", "dtype", "nn", "dtype 'nn' is not known"),
        ("text_config", "dtype", ["float32"], "is not known"),
        ("text_config", "rope_parameters", {"rope_type": "x"}, "config.json|configuration"),
        ("audio_config", "sampling_rate", 0, "sampling_rate should be from 1000 to"),
        ("audio_config", "sampling_rate", 10**9, "sampling_rate should be from 1000 to"),
        ("audio_config", "window_seconds", -1.0, "window_seconds should be from 0.01 to 600"),
        ("audio_config", "window_seconds", 1e9, "window_seconds should be from 0.01 to 600"),
        ("audio_config", "conv_stride", [1] * 7, "would have 1440000 frames by conv_stride"),
        ("audio_config", "conv_stride", [0] * 7, "conv_stride should be from 1"),
        ("audio_config", "conv_stride", [5], "config.json is invalid"),
        (
            "audio_config",
            "conv_dim",
            [16] * 10_000,
            "config.json is invalid: .*len.config.conv_dim",
        ),
        (None, "lora_rank", 2**40, "lora_rank should be from 0 to"),
        (None, "lora_rank", "16", "config.json is invalid"),
        (None, "audio_config", [1], "audio_config should hold keys and values, not list"),
        (None, "text_config", "llama", "text_config should hold keys and values, not str"),
        (None, "prompt", "{question}" + "x" * 30_000, "a prompt of 30010 characters is too long"),
        (None, "adapted_layers", 10**9, "adapted layers do not fit"),
    ],
)
def test_sizes_are_held_against_limits_and_weights(
    own: Path, part: str | None, name: str, value: Any, pattern: str
) -> None:
    change(own / "config.json", part, **{name: value})
    refused(own, pattern)


@pytest.mark.parametrize(
    ("name", "text", "pattern"),
    [
        ("config.json", "[" * 50_000, "cannot be read as JSON"),
        ("config.json", '{"a":' * 40 + "1" + "}" * 40, "nested more than 32 levels deep"),
        ("config.json", '{"model_type": NaN}', "NaN is no JSON number"),
        ("config.json", '{"model_type": 1e999}', "holds an infinite number"),
        ("config.json", '{"model_type": ' + "9" * 5000 + "}", "cannot be read as JSON"),
        ("config.json", '{"model_type": ["mullama"]}', "not a model of ours"),
        ("tokenizer.json", '{"model": 1}', r"tokenizer\.json is not a file of tokenizers"),
        (
            "tokenizer.json",
            '{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}',
            "tokeni",
        ),
        ("tokenizer_config.json", '{"bos_token": 3}', "bos_token should be a text, not int"),
        ("tokenizer_config.json", '{"padding_side": "up"}', "padding_side should be left or right"),
        ("generation_config.json", "[1]", "should hold a JSON object"),
        (
            "generation_config.json",
            '{"temperature": "hot"}',
            "temperature: expected float from 0 to",
        ),
        ("generation_config.json", '{"max_new_tokens": -5}', "max_new_tokens: expected int from 1"),
        ("generation_config.json", '{"eos_token_id": {"a": 1}}', "eos_token_id: expected int"),
        ("generation_config.json", '{"pad_token_id": 512}', "pad_token_id 512 is not in the vocab"),
    ],
)
def test_json_of_another_form(own: Path, name: str, text: str, pattern: str) -> None:
    (own / name).write_text(text)
    refused(own, pattern)


def test_a_folder_instead_of_its_settings_is_not_passed_over(own: Path) -> None:
    (own / "generation_config.json").unlink(missing_ok=True)
    (own / "generation_config.json").mkdir()
    refused(own, r"generation_config\.json is no regular file")


@pytest.mark.parametrize(
    "weight_map", [None, 1, "x", ["model.safetensors"], {"a": 1}, {"a": None}, {"a": {}}]
)
def test_an_index_of_another_form(own: Path, weight_map: Any) -> None:
    text = json.dumps({"weight_map": weight_map})
    (own / "model.safetensors.index.json").write_text(text)
    refused(own, "should hold a weight_map of names and files")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "", "a\0b", "x" * 5000])
def test_an_index_stays_in_its_folder(own: Path, name: str) -> None:
    text = json.dumps({"weight_map": {"a": name}})
    (own / "model.safetensors.index.json").write_text(text)
    refused(own, "is missing, though|holds no model.safetensors|cannot be read|File name too long")


def test_a_large_file_is_not_read_as_json(own: Path) -> None:
    with (own / "config.json").open("r+b") as file:
        file.truncate(10**11)  # sparse
    refused(own, r"config\.json has 100 GB, which is too large for JSON")


def test_a_name_that_is_stored_twice(own: Path) -> None:
    state = load_file(own / "model.safetensors")
    (own / "model.safetensors").rename(own / "one.safetensors")
    save_file({"shifts.gates": state["shifts.gates"]}, own / "two.safetensors")
    homes = dict.fromkeys(state, "one.safetensors") | {"shifts.gates": "two.safetensors"}
    (own / "model.safetensors.index.json").write_text(json.dumps({"weight_map": homes}))
    refused(own, r"two\.safetensors: shifts\.gates is in one\.safetensors too")


def test_the_encoder_alone_is_checked_as_well(own: Path) -> None:
    change(own / "config.json", "text_config", num_hidden_layers=1000)
    with pytest.raises(CheckpointError, match="num_hidden_layers 1000"):
        open_encoder(own)


# ---------------------------------------------------------------- its tokenizer


def test_a_tokenizer_neither_fills_nor_cuts(own: Path) -> None:
    stored = json.loads((own / "tokenizer.json").read_text())
    usual = load_model(own)[1]("What is it?")["input_ids"]
    stored["padding"] = {
        "strategy": {"Fixed": 10**9}, "direction": "Left", "pad_to_multiple_of": None,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "<unk>",
    }  # fmt: skip
    stored["truncation"] = {
        "direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0
    }  # fmt: skip
    (own / "tokenizer.json").write_text(json.dumps(stored))
    assert load_model(own)[1]("What is it?")["input_ids"] == usual


def test_a_tokenizer_does_not_multiply_texts(own: Path) -> None:
    stored = json.loads((own / "tokenizer.json").read_text())
    doubling = {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}
    for part, steps in (("normalizer", "normalizers"), ("decoder", "decoders")):
        changed = {**stored, part: {"type": "Sequence", steps: [doubling] * 60}}
        (own / "tokenizer.json").write_text(json.dumps(changed))
        refused(own, r"tokenizer\.json makes texts more than 1000 times longer")


def test_ids_stay_below_the_rows_of_embeddings(own: Path) -> None:
    stored = json.loads((own / "tokenizer.json").read_text())
    added = {**stored["added_tokens"][-1], "id": 512, "content": "<more>"}
    text = json.dumps({**stored, "added_tokens": [*stored["added_tokens"], added]})
    (own / "tokenizer.json").write_text(text)
    refused(own, r"has the id 512, but the language model has embeddings for 512")
    stored["post_processor"]["special_tokens"]["<s>"]["ids"] = [9000]
    (own / "tokenizer.json").write_text(json.dumps(stored))
    refused(own, r"has the id 9000, but the language model has embeddings for 512")


# ---------------------------------------------------------------- all of it, at random


@pytest.mark.parametrize(
    "name",
    ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"],
)
def test_any_changed_value_is_read_or_refused(own: Path, name: str) -> None:
    """A sample of what benchmarks/fuzz_folders.py tries; what opens has to answer."""
    versions = list(mutated_json((own / name).read_text(encoding="utf-8")))

    def use() -> None:
        song = load(own, device="cpu").listen(clip(0), sample_rate=RATE)
        song.ask("Which key?", max_new_tokens=1)

    ended = {}
    for what, changed in random.Random(7).sample(versions, 60):
        (own / name).write_text(changed, encoding="utf-8")
        begin = time.perf_counter()
        ended[what] = outcome(use)
        assert time.perf_counter() - begin < 5, what
    assert set(ended.values()) == {"read", "refused"}, ended


def test_the_stock_tokenizer_is_what_it_says(own: Path) -> None:
    assert isinstance(load_model(own)[1], PreTrainedTokenizerFast)
    assert load_config(own).prompt == "published"
