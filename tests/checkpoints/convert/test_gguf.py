"""GGUF files as the base: the same model as from the files that they were made of; hostile ones are refused."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedConfig

from goldens import LLAMA, MERT
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.convert.llama import read_llama
from mullama.checkpoints.export.gguf_file import write_gguf
from mullama.checkpoints.export.gguf_tokenizer import gguf_vocabulary
from mullama.checkpoints.export.language_model import read_language_model
from mullama.checkpoints.gguf_header import read_header
from mullama.checkpoints.gguf_tensors import GgufFile
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.model_folder import read_model_folder
from mullama.checkpoints.store import load_model, resolve
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.errors import CheckpointError

gguf = pytest.importorskip("gguf")
TEXTS = ["Which instruments play?", " a  b", "</s> é 👍 \n\t", ""]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh adapter for the golden LLaMA, from Meta's files."""
    out = tmp_path_factory.mktemp("plain") / "out"
    return convert(ConvertOptions(llama=LLAMA, mert=MERT, out=out))


def write(folder: Path, path: Path, dtype: str | None = None, **changes: Any) -> Path:
    """The language model of one of our folders as a GGUF file."""
    model = read_model_folder(folder)
    language = read_language_model(model, dtype)
    config: PreTrainedConfig = language.config
    for name, value in changes.items():
        setattr(config, name, value)
    tokenizer = load_tokenizer(folder, config.vocab_size)
    state = {name: tensor for name, tensor in language.state.items() if "_proj.bias" not in name}
    write_gguf(
        path, config, state, gguf_vocabulary(tokenizer, config.vocab_size), name="toy",
        release=language.release, progress=lambda size: None,
    )  # fmt: skip
    return path


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_it_is_the_model_that_it_was_made_of(plain: Path, tmp_path: Path, dtype: str) -> None:
    path = write(plain, tmp_path / "toy.gguf", dtype)
    out = convert(ConvertOptions(llama=path, mert=MERT, out=tmp_path / "out"))
    found, expected = (load_file(folder / "model.safetensors") for folder in (out, plain))
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        if name.startswith("language_model.") and tensor.dim() > 1:
            assert found[name].dtype == getattr(torch, dtype)
            tensor = tensor.to(getattr(torch, dtype))
        elif name.startswith("language_model.") and "norm" in name:
            tensor = tensor.to(getattr(torch, dtype)).float()
        assert torch.equal(found[name], tensor), name
    one, other = (read_model_folder(folder).config.text_config for folder in (out, plain))
    differing = {
        name for name, value in one.to_dict().items()
        if value != other.to_dict().get(name) and name not in ("dtype", "transformers_version")
    }  # fmt: skip
    assert differing <= {"head_dim"}
    tokens, ours = load_tokenizer(out), load_tokenizer(plain)
    for text in TEXTS:
        ids = tokens(text)["input_ids"]
        assert ids == ours(text)["input_ids"]
        assert tokens.decode(ids) == ours.decode(ids)


def test_transformers_reads_the_same_of_it(plain: Path, tmp_path: Path) -> None:
    """Its reader of GGUF is nobody of ours: names, order of rows, sizes and vocabulary."""
    path = write(plain, tmp_path / "toy.gguf", "float32")
    theirs = AutoModelForCausalLM.from_pretrained(
        tmp_path, gguf_file=path.name, dtype=torch.float32
    )
    ours = load_model(plain, dtype="float32", device="cpu")[0].language_model
    ids = torch.arange(3, 60)[None]
    with torch.inference_mode():
        torch.testing.assert_close(theirs(ids).logits, ours(ids).logits, rtol=1e-5, atol=1e-5)
    tokens = AutoTokenizer.from_pretrained(tmp_path, gguf_file=path.name)
    assert tokens(TEXTS[0])["input_ids"] == load_tokenizer(plain)(TEXTS[0])["input_ids"]


@pytest.mark.parametrize("scale", [8.0, 32.0])
def test_scaled_rotary_angles(plain: Path, tmp_path: Path, scale: float) -> None:
    rope = {
        "rope_type": "llama3", "factor": scale, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192, "rope_theta": 500_000.0,
    }  # fmt: skip
    path = write(plain, tmp_path / "toy.gguf", rope_parameters=rope)
    assert read_llama(path, {}).config.rope_parameters == rope


def quantised(path: Path, values: Tensor, kind: Any) -> Path:
    """A file with one tensor of that type."""
    writer = gguf.GGUFWriter(path, "llama")
    rows = gguf.quants.quantize(values.numpy(), kind)
    writer.add_tensor("token_embd.weight", rows, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(
    ("name", "error"), [("Q8_0", 0.02), ("Q5_1", 0.1), ("Q5_0", 0.2), ("Q4_1", 0.3), ("Q4_0", 0.4)]
)
def test_quantised_kinds(tmp_path: Path, name: str, error: float) -> None:
    values = torch.randn(6, 64)
    file = GgufFile(quantised(tmp_path / "q.gguf", values, gguf.GGMLQuantizationType[name]))
    planned = file.plan()["token_embd.weight"]
    found = planned.make()
    assert (planned.shape, planned.dtype, found.dtype) == ((6, 64), torch.float16, torch.float16)
    assert 0 < (found.float() - values).abs().max() < error


def packed(*parts: Any) -> bytes:
    """A header by hand: numbers as 64 bits, unless they are (format, value); text with its length."""
    raw = b"GGUF" + struct.pack("<I", 3)
    for part in parts:
        if isinstance(part, str):
            raw += struct.pack("<Q", len(part)) + part.encode()
        elif isinstance(part, tuple):
            raw += struct.pack(f"<{part[0]}", part[1])
        else:
            raw += struct.pack("<Q", part)
    return raw


HUGE = 2**62
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "truncated or no GGUF"),
    "another file": (b"PK\x03\x04" * 9, "no GGUF file"),
    "another version": (b"GGUF" + struct.pack("<I", 9) + b"\0" * 16, "version 9"),
    "counts": (packed(HUGE, 0), "tensors; 100000 are allowed"),
    "keys": (packed(0, HUGE), "keys; 2000"),
    "a long text": (packed(0, 1, HUGE), "bytes of a text"),
    "a long list": (packed(0, 1, "k", ("I", 9), ("I", 4), HUGE), "items of a list"),
    "a list of lists": (packed(0, 1, "k", ("I", 9), ("I", 9), 1), "type 9"),
    "an unknown type": (packed(0, 1, "k", ("I", 77)), "type 77"),
    "torn": (packed(0, 1, "k", ("I", 10)), "truncated"),
    "dimensions": (packed(1, 0, "t", ("I", 900)), "dimensions of a tensor"),
    "no architecture": (packed(0, 0), "architecture None"),
    "not text": (packed(0, 1, 2) + b"\xff\xff", "truncated"),
}
ARCHITECTURE = ("general.architecture", ("I", 8), "llama")
TENSORS: dict[str, tuple[bytes, str]] = {
    "beyond the file": (
        packed(1, 1, *ARCHITECTURE, "token_embd.weight", ("I", 2), 64, HUGE // 64, ("I", 0), 0),
        "reaches beyond the file",
    ),
    "an unread kind": (
        packed(1, 1, *ARCHITECTURE, "token_embd.weight", ("I", 1), 64, ("I", 9999), 0),
        "type 9999, which is not read",
    ),
    "twice": (
        packed(2, 1, *ARCHITECTURE, *("token_embd.weight", ("I", 1), 8, ("I", 0), 0) * 2),
        "twice",
    ),
    "alignment": (
        packed(0, 2, *ARCHITECTURE, "general.alignment", ("I", 4), ("I", 0)),
        "general.alignment",
    ),
    "an adapter": (
        packed(
            1, 2, *ARCHITECTURE, "general.type", ("I", 8), "adapter",
            "blk.0.attn_q.weight.lora_a", ("I", 2), 2, 2, ("I", 0), 0,
        ),
        "is a LoRA adapter without its language model: merge the two",
    ),
    "unknown": (
        packed(1, 1, *ARCHITECTURE, "evil", ("I", 1), 1, ("I", 0), 0) + b"\0" * 64, "no tensor of LLaMA"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [*HOSTILE, *TENSORS])
def test_hostile_headers_are_refused(tmp_path: Path, case: str) -> None:
    raw, message = {**HOSTILE, **TENSORS}[case]
    path = tmp_path / "bad.gguf"
    path.write_bytes(raw)
    with pytest.raises(CheckpointError, match=message):
        read_llama(path, {})


def test_every_torn_file_is_refused(plain: Path, tmp_path: Path) -> None:
    path = write(plain, tmp_path / "toy.gguf")
    whole, torn = path.read_bytes(), tmp_path / "torn.gguf"
    random = np.random.default_rng(3)
    for end in random.integers(0, len(whole) - 40, 40):
        torn.write_bytes(whole[:end])
        with pytest.raises(CheckpointError):
            read_llama(torn, {})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"llama.attention.head_count": "many"}, "should be a number"),
        ({"llama.embedding_length": 2.0**40}, "hidden_size"),
        ({"llama.rope.scaling.type": "yarn"}, "are not read"),
    ],
)
def test_other_values_are_refused(
    plain: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, Any],
    message: str,
) -> None:
    path = write(plain, tmp_path / "toy.gguf")
    header = read_header(path)
    changed_header = type(header)(path, {**header.values, **changed}, header.tensors)
    monkeypatch.setattr("mullama.checkpoints.gguf_tensors.read_header", lambda path: changed_header)
    with pytest.raises(CheckpointError, match=message):
        read_llama(path, {})


def test_a_byte_level_vocabulary_is_read_as_it_is(
    small_gguf: Callable[[], Path], tmp_path: Path
) -> None:
    """An export says of our small model's own that it is GPT-2's; what that changes is told by its ids."""
    out = convert(ConvertOptions(llama=small_gguf(), mert=MERT, out=tmp_path / "out"))
    found, own = load_tokenizer(out), load_tokenizer(resolve(None))
    for text in ("Which instruments play?", "It is in 3/4.", "é 👍"):
        assert found(text)["input_ids"] == own(text)["input_ids"]


@pytest.fixture
def small_gguf(tmp_path: Path) -> Callable[[], Path]:
    return lambda: write(resolve(None), tmp_path / "small.gguf")


def test_planned_tensors_are_lazy(plain: Path, tmp_path: Path) -> None:
    language = read_llama(write(plain, tmp_path / "toy.gguf"), {})
    assert all(isinstance(tensor, LazyTensor) for tensor in language.state.values())
    embedding = language.state["model.embed_tokens.weight"].make()
    language.files[0].release()
    assert torch.equal(language.state["model.embed_tokens.weight"].make(), embedding)
