"""Pairs become tokens: cut where they must be, and always with an end."""

import pytest

from mullama.answer.prompt import fill
from mullama.checkpoints.store import resolve
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.data.records import Pair
from mullama.training.qa.tokenized import Emphasis, tokenize

TOKENIZER = load_tokenizer(resolve("small"))
PAIRS = [
    Pair("Are there drums?", "Yes, there are drums.", "a.wav"),
    Pair("What is the tempo?", "The tempo is about 120 BPM. " * 8, "b.wav"),
    Pair("Why? " * 60, "No.", "c.wav"),
]


def test_a_text_is_the_prompt_the_answer_and_its_end() -> None:
    tokenized = tokenize(PAIRS, TOKENIZER, "brief", 400)
    ids, prompt, counts = tokenized[0]
    assert counts.tolist() == [0.0] * prompt + [1.0] * (len(ids) - prompt)
    text = fill("brief", PAIRS[0].question)
    assert ids[:prompt].tolist() == TOKENIZER(text)["input_ids"]
    assert TOKENIZER.decode(ids[prompt:-1]) == " Yes, there are drums."
    assert ids[-1] == TOKENIZER.eos_token_id
    assert len(tokenized) == 3
    assert tokenized.lengths.sum() == len(tokenized.tokens)


def test_a_long_answer_is_cut_but_keeps_its_end() -> None:
    tokenized = tokenize(PAIRS, TOKENIZER, "brief", 40)
    assert len(tokenized[1].ids) == 40
    assert tokenized[1].ids[-1] == TOKENIZER.eos_token_id
    assert tokenized.cut == 1


def test_a_question_without_room_is_left_out_by_name() -> None:
    tokenized = tokenize(PAIRS, TOKENIZER, "brief", 40)
    assert [pair.audio for pair in tokenized.pairs] == ["a.wav", "b.wav"]
    assert tokenized.places.tolist() == [0, 1]
    assert tokenized.too_long[0].startswith("pair 2 ('Why? Why?")


@pytest.mark.parametrize("max_length", [40, 400])
def test_as_published_nothing_is_left_out(max_length: int) -> None:
    tokenized = tokenize(PAIRS, TOKENIZER, "brief", max_length, as_published=True)
    assert len(tokenized) == 3
    assert max(tokenized.lengths) <= max_length


def test_no_pairs_no_texts() -> None:
    assert len(tokenize([], TOKENIZER, "brief", 40)) == 0


def test_what_is_emphasised_counts_for_more() -> None:
    def number(answer: str) -> list[tuple[int, int]]:
        return [(answer.index("120"), answer.index("120") + 3)] if "120" in answer else []

    pairs = [Pair("How fast?", "It runs at 120 BPM.", "a.wav"), PAIRS[0]]
    tokenized = tokenize(pairs, TOKENIZER, "brief", 400, emphasis=Emphasis(number, 5))
    ids, prompt, counts = tokenized[0]
    assert TOKENIZER.decode(ids[counts == 5]).strip() == "120"
    assert set(counts[prompt:].tolist()) == {1.0, 5.0}
    assert not counts[:prompt].any()
    assert set(tokenized[1].counts.tolist()) == {0.0, 1.0}
    assert tokenized.weights.tolist() == [counts.sum(), tokenized[1].counts.sum()]
