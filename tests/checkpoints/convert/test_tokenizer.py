"""The tokenizer that is written, against SentencePiece itself and the golden cases."""

import json
import random
from pathlib import Path

import pytest
import sentencepiece
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from goldens import LLAMA, facts
from mullama.checkpoints.convert.tokenizer import write_tokenizer
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.errors import CheckpointError


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerFast:
    out = tmp_path_factory.mktemp("tokenizer")
    source = write_tokenizer(LLAMA, out, rows=512, exact=True, begin=True)
    assert source == LLAMA / "tokenizer.model"
    return load_tokenizer(out)


@pytest.mark.parametrize("case", facts()["tokenizer"]["encode"], ids=lambda case: repr(case[0]))
def test_golden_cases(written: PreTrainedTokenizerFast, case: tuple[str, list[int], str]) -> None:
    text, ids, decoded = case
    assert written(text)["input_ids"] == ids[:-1]  # the golden ones end with the end of the text
    assert written.decode(ids, skip_special_tokens=True) == decoded


@pytest.mark.parametrize("case", facts()["prompt_is_token_prefix"], ids=repr)
def test_a_prompt_is_a_prefix_of_its_answer(
    written: PreTrainedTokenizerFast, case: tuple[str, str, bool]
) -> None:
    question, answer, prefix = case
    (known,) = [p for p in facts()["prompts"] if p["question"] == question]
    ids = written(known["prompt"] + answer)["input_ids"]
    assert (ids[: len(known["ids"])] == known["ids"]) is prefix


def test_every_text_is_cut_as_sentencepiece_cuts_it(written: PreTrainedTokenizerFast) -> None:
    reference = sentencepiece.SentencePieceProcessor(model_file=str(LLAMA / "tokenizer.model"))
    chosen = random.Random(3)
    letters = " \n\tabcdehilnorstuw.,:#<>/s_\N{LOWER ONE EIGHTH BLOCK}éß☃🎵0123<s></s><unk><0x0A>"
    pieces = [reference.id_to_piece(n) for n in range(3, 512)]
    for _ in range(400):
        text = "".join(
            chosen.choice(letters) if chosen.random() < 0.6 else chosen.choice(pieces)
            for _ in range(chosen.randrange(1, 24))
        )
        assert written(text)["input_ids"] == [1, *reference.encode(text)], repr(text)


def test_special_tokens(written: PreTrainedTokenizerFast) -> None:
    assert (written.bos_token_id, written.eos_token_id, written.pad_token_id) == (1, 2, 0)
    batch = written(["a", "a longer one"], padding=True)
    assert batch["input_ids"][0][0] == 0  # on the left
    assert batch["attention_mask"][0][0] == 0


def test_a_vocabulary_of_another_size_is_refused(tmp_path: Path) -> None:
    for rows, exact in ((511, False), (513, True)):
        with pytest.raises(CheckpointError, match=rf"512 pieces, .* embeddings for {rows}"):
            write_tokenizer(LLAMA, tmp_path, rows=rows, exact=exact, begin=True)
    write_tokenizer(LLAMA, tmp_path, rows=513, exact=False, begin=True)


@pytest.mark.parametrize("content", [b"", b"IQ== 0\nIg== 1\n", b"\xff\xfe\x00broken"])
def test_what_is_not_sentencepiece_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tokenizer.model").write_bytes(content)
    with pytest.raises(
        CheckpointError, match=r"put the tokenizer\.json of the transformers release"
    ):
        write_tokenizer(tmp_path, tmp_path, rows=512, exact=True, begin=True)


def byte_level(folder: Path) -> None:
    core = Tokenizer(models.BPE(vocab={"<s>": 0, "</s>": 1, "a": 2, "b": 3}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.save(str(folder / "tokenizer.json"))
    settings = {"bos_token": {"content": "<s>"}, "eos_token": "</s>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


@pytest.mark.parametrize(("begin", "ids"), [(True, [0, 2, 3]), (False, [2, 3])])
def test_a_ready_tokenizer_is_taken_as_it_is(tmp_path: Path, begin: bool, ids: list[int]) -> None:
    byte_level(tmp_path)
    (tmp_path / "out").mkdir()
    source = write_tokenizer(tmp_path, tmp_path / "out", rows=8, exact=False, begin=begin)
    assert source == tmp_path / "tokenizer.json"
    found = load_tokenizer(tmp_path / "out")
    assert found("ab")["input_ids"] == ids
    assert (found.eos_token_id, found.pad_token_id) == (1, 1)


def test_the_original_goes_before_a_copy_of_it(tmp_path: Path) -> None:
    write_tokenizer(LLAMA, tmp_path, rows=512, exact=True, begin=True)
    (tmp_path / "tokenizer.model").write_bytes((LLAMA / "tokenizer.model").read_bytes())
    (tmp_path / "out").mkdir()
    source = write_tokenizer(tmp_path, tmp_path / "out", rows=512, exact=False, begin=True)
    assert source.name == "tokenizer.model"
    byte_level(tmp_path)  # other pieces than the original's
    source = write_tokenizer(tmp_path, tmp_path / "out", rows=512, exact=False, begin=True)
    assert source.name == "tokenizer.json"


def test_a_broken_ready_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(CheckpointError, match="has no model"):
        write_tokenizer(tmp_path, tmp_path, rows=512, exact=True, begin=True)
