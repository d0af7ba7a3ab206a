"""Rows come and go at any step; each gets the answer it would get alone, by its own options."""

import random

import pytest
import torch
from torch import Tensor

import mullama
from llamas import llama, music
from mullama.answer.decoder import Decoder, StockDecoder
from mullama.answer.decoding import Token
from mullama.answer.fast import FastLlama
from mullama.answer.rolling import RollingBatch, Row, decode
from mullama.answer.sampling import Sampling
from mullama.song import MuLlama
from tiny import clip

STOP = frozenset([2, 7])
CPU = torch.device("cpu")
Asked = tuple[list[int], Sampling, Tensor]


def some_sampling(some: random.Random) -> Sampling:
    """Greedy or not, each with options of its own."""
    penalty, length = some.choice([1.0, 1.0, 1.3]), some.choice([1, 2, 7, 30])
    if some.random() < 0.4:
        return Sampling(repetition_penalty=penalty, max_new_tokens=length)
    return Sampling(
        temperature=some.choice([0.5, 1.0, 2.0]),
        top_k=some.choice([0, 5]),
        top_p=some.choice([0.8, 1.0]),
        repetition_penalty=penalty,
        max_new_tokens=length,
        seed=some.randrange(1000),
    )


def alone(decoder: Decoder, asked: Asked) -> list[Token | None]:
    batch = RollingBatch(decoder, stop=STOP, device=CPU)
    return [token for (token,) in decode(batch, [Row(*asked)])]


def roll(
    batch: RollingBatch, waiting: list[Asked], some: random.Random, size: int
) -> list[tuple[list[Token | None], Row]]:
    """All answers in order of asking; now and then a row is dropped."""
    waiting, asked = list(waiting), []
    made: dict[Row, list[Token | None]] = {}
    while waiting or batch.rows:
        steps = []
        count = min(len(waiting), size - len(batch.rows), some.randint(0, 3))
        if count:
            rows = [Row(*waiting.pop(0)) for _ in range(count)]
            asked += rows
            steps += batch.admit(rows)
        if batch.rows and some.random() < 0.03:
            batch.drop([some.choice(batch.rows)])
        if batch.rows:
            steps += batch.step()
        for row, token in steps:
            made.setdefault(row, []).append(token)
    return [(made[row], row) for row in asked]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", [FastLlama, StockDecoder])
def test_every_answer_is_the_one_given_alone(kind: type, seed: int) -> None:
    model, some = llama(num_key_value_heads=2, max_position_embeddings=512), random.Random(seed)
    decoder = kind(model)
    waiting: list[Asked] = []
    for _ in range(30):
        prompt = [some.randrange(8, 120) for _ in range(some.choice([1, 4, 17, 90]))]
        waiting.append((prompt, some_sampling(some), music(model, 1)[0]))
    batch = RollingBatch(decoder, stop=STOP, device=CPU)
    for asked, (tokens, row) in zip(waiting, roll(batch, waiting, some, 9), strict=True):
        expected = alone(decoder, asked)
        for ours, theirs in zip(tokens, expected, strict=False):
            assert (ours and ours.id) == (theirs and theirs.id)
            assert ours is None or ours.logprob == pytest.approx(theirs.logprob, abs=1e-4)
        if row.finished is None:  # dropped on its way
            assert len(tokens) <= len(expected)
            continue
        assert len(tokens) == len(expected)
        assert row.finished == ("stop" if tokens[-1] is None else "length")
        assert len(tokens) <= asked[1].max_new_tokens


@pytest.fixture(scope="module")
def small() -> MuLlama:
    return mullama.load()


def test_the_small_model_says_the_same_in_any_company(small: MuLlama) -> None:
    """Many rows of the model that ships, greedy and sampled, beside each answer alone."""
    some = random.Random(3)
    rate = small.model.encoder.sample_rate
    songs = [small.listen(clip(seed), sample_rate=rate) for seed in range(4)]
    songs.append(small.no_song())
    questions = ["Describe the audio", "Key?", "Which instruments play?", "How fast is it?"]
    asked = [(some.choice(songs), some.choice(questions), some_sampling(some)) for _ in range(96)]
    batch = small.batch()
    waiting = []
    for song, question, sampling in asked:
        row = small.row(question, sampling)
        waiting.append((row.prompt, row.sampling, song.shifts))
    for (song, question, sampling), (tokens, row) in zip(
        asked, roll(batch, waiting, some, 32), strict=True
    ):
        expected = [token for (token,) in small.steps([song], [question], sampling)]
        ids = [token and token.id for token in tokens]
        assert ids == [token and token.id for token in expected[: len(ids)]]
        assert row.finished is None or len(ids) == len(expected)


def test_a_prompt_that_cannot_be_read_leaves_the_batch_as_it_was() -> None:
    model = llama()
    decoder = FastLlama(model)
    batch = RollingBatch(decoder, stop=STOP, device=CPU)
    asked = ([9, 10, 11], Sampling(max_new_tokens=6), music(model, 1)[0])
    (row,), tokens = [Row(*asked)], []
    tokens += batch.admit([row])
    with pytest.raises(IndexError):
        batch.admit([Row([9, 100_000], asked[1], asked[2])])
    while batch.rows:
        tokens += batch.step()
    assert [token for _, token in tokens] == pytest.approx(alone(decoder, asked))
