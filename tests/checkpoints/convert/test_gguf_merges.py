"""A byte-level BPE inside a GGUF file is the tokenizer that it was made of."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from mullama.checkpoints.convert.gguf_merges import gguf_merges, has_merges
from mullama.checkpoints.gguf_header import read_header
from mullama.errors import CheckpointError

gguf = pytest.importorskip("gguf")
TEXTS = ["It's in 4/4 at 120 BPM.", "  two  spaces\n\nand lines", "é 👍 12345", "", "don't! I'LL"]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def words(pre: str) -> Any:
    """How a published tokenizer.json of that kind cuts texts."""
    if pre == "smollm":
        digits = pre_tokenizers.Digits(individual_digits=True)
        return pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return pre_tokenizers.ByteLevel(add_prefix_space=False)


def trained(pre: str) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = words(pre)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(["the tempo is about 120 BPM in 4/4"] * 9 + TEXTS, trainer)
    return tokenizer


def write(path: Path, tokenizer: Tokenizer, pre: str, **changes: Any) -> Path:
    import json

    stored = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(stored["vocab"], key=stored["vocab"].get)
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in stored["merges"]]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in SPECIAL else 1 for token in tokens])
    writer.add_token_merges(changes.get("merges", merges))
    writer.add_bos_token_id(changes.get("bos", 1))
    writer.add_eos_token_id(2)
    writer.add_tensor("x", np.zeros(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize("pre", ["smollm", "gpt-2"])
def test_the_same_ids(tmp_path: Path, pre: str) -> None:
    own = trained(pre)
    path = write(tmp_path / "toy.gguf", own, pre)
    assert has_merges(read_header(path))
    found, special, begins = gguf_merges(read_header(path))
    for text in [*TEXTS, "<|im_start|>user\nWhat key?<|im_end|>"]:
        assert found.encode(text).ids == own.encode(text).ids
        assert found.decode(found.encode(text).ids) == own.decode(own.encode(text).ids)
    assert special == {"bos_token": SPECIAL[1], "eos_token": SPECIAL[2], "pad_token": SPECIAL[2]}
    assert not begins


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    own = trained("gpt-2")
    with pytest.raises(CheckpointError, match="cuts texts into words as 'tekken' does"):
        gguf_merges(read_header(write(tmp_path / "a.gguf", own, "tekken")))
    with pytest.raises(CheckpointError, match="a merge that is not of two"):
        gguf_merges(read_header(write(tmp_path / "b.gguf", own, "gpt-2", merges=["a b c"])))
    with pytest.raises(CheckpointError, match="bos_token_id 5000 is no token"):
        gguf_merges(read_header(write(tmp_path / "c.gguf", own, "gpt-2", bos=5000)))
