"""The loop that turns logits into tokens: what is kept, what is drawn, when it ends."""

import pytest
import torch
from torch import Tensor

from mullama.answer.decoding import HEAD, Sampling, Token, decode, top_p_probabilities


class Table:
    """A language model that remembers one token."""

    def __init__(self, table: Tensor) -> None:
        self.table = table

    def start(self, tokens: Tensor, *_: object, **__: object) -> tuple[Tensor, None]:
        return self.table[tokens[:, -1]], None

    def step(self, tokens: Tensor, *_: object) -> Tensor:
        return self.table[tokens]


def run(table: Tensor, rows: int = 1, **options: object) -> list[list[Token | None]]:
    """Decode where the logits depend on the last token alone: table[token]."""

    sampling = Sampling(**{"max_new_tokens": 5, **options})
    stop = frozenset([0])
    prompts = [[1] * (row + 1) for row in range(rows)]
    cpu = torch.device("cpu")
    return list(decode(Table(table), prompts, None, sampling=sampling, stop=stop, device=cpu))


def test_top_p_keeps_the_token_that_crosses() -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    for p, kept in ((0.0, 1), (0.49, 1), (0.51, 2), (0.79, 2), (0.81, 3), (1.0, 4)):
        assert int((top_p_probabilities(logits, 1.0, p) > 0).sum()) == kept, p
    half = top_p_probabilities(logits, 1.0, 0.6)
    torch.testing.assert_close(half, torch.tensor([0.625, 0.375, 0, 0]))


def test_temperature_zero_takes_the_likeliest() -> None:
    logits = torch.tensor([[0.1, 2.0, 1.9]])
    assert top_p_probabilities(logits, 0.0, 1.0).tolist() == [[0, 1, 0]]


@pytest.mark.parametrize("temperature", [0.7, 3.0])
@pytest.mark.parametrize("top_p", [0.6, 1.0])
def test_draws_follow_the_distribution(temperature: float, top_p: float) -> None:
    """More tokens than HEAD, so that a flat distribution takes the long way."""
    vocabulary = HEAD * 2
    logits = torch.linspace(4, -1, vocabulary)[torch.randperm(vocabulary)]
    table = logits.expand(vocabulary, -1).clone()
    table[:, 0] = -1e9  # never stops
    drawn = run(table, max_new_tokens=4000, temperature=temperature, top_p=top_p, seed=5)
    counts = torch.bincount(torch.tensor([s[0].id for s in drawn]), minlength=vocabulary) / 4000
    expected = top_p_probabilities(table[0], temperature, top_p)
    assert not counts[expected == 0].any()
    assert (counts - expected).abs().sum() < 0.8 * (2 * vocabulary / 4000) ** 0.5 * 1.5


def test_rows_stop_by_themselves() -> None:
    table = torch.full((6, 6), -9.0)
    table[1, 2] = table[2, 3] = table[3, 0] = 9.0
    (first,), (second,), (last,) = run(table)
    assert (first.id, second.id, last) == (2, 3, None)
    assert first.logprob == pytest.approx(0.0, abs=1e-6)


def test_cut_rows_end_with_a_token() -> None:
    table = torch.full((3, 3), -9.0)
    table[:, 2] = 9.0
    steps = run(table, rows=2, max_new_tokens=3)
    assert [[t.id for t in step] for step in steps] == [[2, 2]] * 3
