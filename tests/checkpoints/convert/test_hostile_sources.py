"""Other people's folders with any value changed: converted, or refused by one line in a short time."""

import random
import shutil
import time
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from goldens import FINETUNED, LLAMA, MERT
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.convert.llama import read_llama
from mullama.errors import CheckpointError
from mutations import mutated_bytes, mutated_json, outcome


def write_transformers(folder: Path) -> Path:
    """A LLaMA of two layers as transformers leaves it."""
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "vocab_size": 64}
    LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=4)).save_pretrained(folder)
    vocabulary = {"<unk>": 0, "<s>": 1, "</s>": 2, "a": 3}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    kept = PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<s>", eos_token="</s>")
    kept.save_pretrained(folder)
    return folder


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A folder with one source of each kind."""
    shutil.copytree(LLAMA, tmp_path / "meta")
    shutil.copytree(MERT, tmp_path / "mert")
    shutil.copy(FINETUNED, tmp_path / "adapter.pth")
    write_transformers(tmp_path / "hf")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "llama", "adapter"),
    [
        ("meta/params.json", "meta", "adapter.pth"),
        ("meta/tokenizer.model", "meta", "adapter.pth"),
        ("meta/consolidated.00.pth", "meta", "adapter.pth"),
        ("adapter.pth", "meta", "adapter.pth"),
        ("mert/config.json", "meta", "adapter.pth"),
        ("mert/preprocessor_config.json", "meta", "adapter.pth"),
        ("mert/pytorch_model.bin", "meta", "adapter.pth"),
        ("hf/config.json", "hf", None),
        ("hf/tokenizer.json", "hf", None),
        ("hf/tokenizer_config.json", "hf", None),
        ("hf/model.safetensors", "hf", None),
    ],
)
def test_any_change_is_read_or_refused(
    parts: Path, name: str, llama: str, adapter: str | None
) -> None:
    """A sample of what benchmarks/fuzz_folders.py tries."""
    path, out = parts / name, parts / "out"
    versions = [changed for _, changed in mutated_bytes(path.read_bytes(), 16)]
    if path.suffix == ".json":
        texts = [text for _, text in mutated_json(path.read_text(encoding="utf-8"))]
        versions += [text.encode() for text in random.Random(3).sample(texts, 24)]
    options = ConvertOptions(
        llama=parts / llama,
        mert=parts / "mert",
        adapter=parts / adapter if adapter else None,
        out=out,
        overwrite=True,
    )
    for changed in versions:
        path.write_bytes(changed)
        begin = time.perf_counter()
        assert outcome(lambda: convert(options)) in ("read", "refused")
        assert time.perf_counter() - begin < 5
        assert not list(parts.glob(".out*"))


def test_shards_of_shapes_that_do_not_go_together(tmp_path: Path) -> None:
    shutil.copytree(LLAMA, tmp_path / "l")
    whole = torch.load(tmp_path / "l" / "consolidated.00.pth", weights_only=True)
    torch.save({k: v.flatten() for k, v in whole.items()}, tmp_path / "l" / "consolidated.01.pth")
    with pytest.raises(CheckpointError, match=r"has shape .* and .*, which does not fit"):
        read_llama(tmp_path / "l", {})


def test_code_beside_a_language_model_is_not_run(parts: Path) -> None:
    """Configuration classes are ours to choose; `auto_map` is not even read."""
    touched = parts / "touched"
    (parts / "hf" / "evil.py").write_text(f"open({str(touched)!r}, 'w')\n")
    config = parts / "hf" / "config.json"
    text = config.read_text().replace("{", '{"auto_map": {"AutoConfig": "evil.Evil"},', 1)
    config.write_text(text)
    assert not hasattr(read_llama(parts / "hf", {}).config, "auto_map")
    config.write_text(text.replace('"model_type": "llama"', '"model_type": "evil"'))
    with pytest.raises(CheckpointError, match="describes a evil, which music cannot enter"):
        read_llama(parts / "hf", {})
    assert not touched.exists()
