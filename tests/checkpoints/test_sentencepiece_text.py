"""Text as SentencePiece itself makes it from ids, sound or not."""

import random
from pathlib import Path

import pytest
import sentencepiece
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from goldens import LLAMA, facts
from mullama.checkpoints.convert.tokenizer import write_tokenizer
from mullama.checkpoints.sentencepiece_text import text_of
from mullama.checkpoints.tokenizer import load_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerFast:
    out = tmp_path_factory.mktemp("pieces")
    write_tokenizer(LLAMA, out, rows=512, exact=True, begin=True)
    return load_tokenizer(out)


@pytest.mark.parametrize("case", facts()["tokenizer"]["decode_with_specials"], ids=repr)
def test_golden_cases(tokenizer: PreTrainedTokenizerFast, case: tuple[list[int], str]) -> None:
    assert tokenizer.decode(case[0], skip_special_tokens=True) == case[1]


@pytest.mark.parametrize("run", facts()["greedy"].values(), ids=facts()["greedy"])
def test_texts_of_the_golden_runs(
    tokenizer: PreTrainedTokenizerFast, run: dict[str, list[int] | str]
) -> None:
    assert tokenizer.decode(run["tokens"], skip_special_tokens=True) == run["text"]


def test_any_ids(tokenizer: PreTrainedTokenizerFast) -> None:
    reference = sentencepiece.SentencePieceProcessor(model_file=str(LLAMA / "tokenizer.model"))
    chosen = random.Random(4)
    for _ in range(400):
        ids = [chosen.randrange(0, 512 if chosen.random() < 0.5 else 259) for _ in range(12)]
        assert tokenizer.decode(ids, skip_special_tokens=True) == reference.decode(ids), ids


def test_special_tokens_are_shown_when_asked_for(tokenizer: PreTrainedTokenizerFast) -> None:
    assert tokenizer.decode([1, 335, 2]) == "<s> Describe</s>".replace(
        "Describe", tokenizer.decode(335)
    )
    assert tokenizer.batch_decode([[1, 335]], skip_special_tokens=True) == [tokenizer.decode(335)]


def test_bytes_out_of_place() -> None:
    note = [f"<0x{byte:02X}>" for byte in "🎵".encode()]
    assert text_of(["\N{LOWER ONE EIGHTH BLOCK}a", *note]) == "a🎵"
    assert text_of(["<0xC3>", *note, "<0xA9>", "b"]) == "\ufffd🎵\ufffdb"
    assert text_of([]) == ""


def test_saved_again_it_opens_everywhere(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    tokenizer.save_pretrained(tmp_path)
    ids = tokenizer("Describe </s> it")["input_ids"]
    assert load_tokenizer(tmp_path)("Describe </s> it")["input_ids"] == ids
    assert AutoTokenizer.from_pretrained(tmp_path)("Describe </s> it")["input_ids"] == ids
