"""What goes into the tokenizer comes out again."""

from pathlib import Path

import pytest
from transformers import AutoTokenizer

from mullama.training.small.tokens import BOS, EOS, as_transformers, load_tokenizer, train_tokenizer

TEXTS = ["Q: What is the time signature?\nA: The time signature is 4/4."] * 4


@pytest.mark.parametrize(
    "text",
    ["4/4", "It is in 6/8, about 120 BPM.", "F# minor", "Grüße, 音楽 \N{MUSICAL NOTE}\n\ttab  two"],
)
def test_any_text_survives(text: str) -> None:
    tokenizer = train_tokenizer(TEXTS, 320)
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_digits_stand_alone_and_a_text_begins_with_bos() -> None:
    tokens = train_tokenizer(["120 120 120 BPM"] * 9, 320).encode("120").tokens
    assert tokens == [BOS, "1", "2", "0"]


def test_transformers_reads_the_same_tokenizer(tmp_path: Path) -> None:
    tokenizer = train_tokenizer(TEXTS, 320)
    as_transformers(tokenizer).save_pretrained(tmp_path)
    read = AutoTokenizer.from_pretrained(tmp_path)
    assert read(TEXTS[0])["input_ids"] == tokenizer.encode(TEXTS[0]).ids
    assert read.eos_token == EOS
    assert read.decode(read("4/4")["input_ids"], skip_special_tokens=True) == "4/4"
    again = load_tokenizer(tmp_path / "tokenizer.json")
    assert again.encode("4/4").ids == tokenizer.encode("4/4").ids
