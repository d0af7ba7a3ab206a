"""Rows that join and leave read as if they were alone: both decoders, any sequence of events."""

import random

import pytest
import torch
from torch import Tensor
from transformers import MistralConfig, MistralForCausalLM

from llamas import KINDS, llama, music
from mullama.answer.decoder import Decoder, StockDecoder
from mullama.answer.fast import FastLlama
from mullama.answer.key_values import MARGIN
from mullama.answer.llama import take_shifts

EVENTS = 60


class Alone:
    """A row with a cache of its own beside its place in a batch."""

    def __init__(self, decoder: Decoder, prompt: list[int], shifts: Tensor) -> None:
        self.decoder, self.prompt, self.shifts = decoder, prompt, shifts[None]
        self.logits, self.cache = decoder.start(torch.tensor([prompt]), self.shifts)

    def step(self, token: int) -> None:
        self.logits = self.decoder.step(torch.tensor([token]), self.cache, self.shifts)


def start(decoder: Decoder, rows: list[Alone]) -> tuple[Tensor, object]:
    longest = max(len(row.prompt) for row in rows)
    tokens = torch.tensor([[0] * (longest - len(row.prompt)) + row.prompt for row in rows])
    mask = torch.tensor([[0] * (longest - len(r.prompt)) + [1] * len(r.prompt) for r in rows])
    return decoder.start(tokens, torch.cat([row.shifts for row in rows]), attention_mask=mask)


def worst(rows: list[Alone], logits: Tensor) -> float:
    expected = torch.cat([row.logits for row in rows])
    return float((logits - expected).abs().max() / expected.abs().max())


def play(decoder: Decoder, vocabulary: int, some: random.Random, model: object) -> None:
    """Random joins, leavings and steps; after each step, every row's logits are its own."""

    def newcomers() -> list[Alone]:
        count = some.randint(1, 4)
        lengths = [some.choice([1, 3, 9, 20, 2 * MARGIN]) for _ in range(count)]
        prompts = [[some.randrange(1, vocabulary) for _ in range(length)] for length in lengths]
        return [Alone(decoder, prompt, music(model, 1)[0]) for prompt in prompts]

    rows: list[Alone] = []
    for _ in range(EVENTS):
        event = some.choice(["join", "take", "step", "step", "step"])
        if not rows:
            rows = newcomers()
            logits, cache = start(decoder, rows)
            assert worst(rows, logits) < 1e-5
        elif event == "join" and len(rows) < 12:
            more = newcomers()
            logits, other = start(decoder, more)
            assert worst(more, logits) < 1e-5
            decoder.join(cache, other)
            rows += more
        elif event == "take":
            places = some.sample(range(len(rows)), some.randint(0, len(rows)))
            if places:
                decoder.take(cache, places)
            rows = [rows[place] for place in places]
        else:
            tokens = [some.randrange(1, vocabulary) for _ in rows]
            shifts = torch.cat([row.shifts for row in rows])
            logits = decoder.step(torch.tensor(tokens), cache, shifts)
            for row, token in zip(rows, tokens, strict=True):
                row.step(token)
            assert worst(rows, logits) < 1e-5


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "kind", ["plain", "biases", "grouped queries", "linear rope", "wide heads"]
)
@pytest.mark.parametrize("decoder", [FastLlama, StockDecoder])
def test_logits_are_those_alone(decoder: type, kind: str, seed: int) -> None:
    model = llama(**KINDS[kind])
    play(decoder(model), 120, random.Random(seed), model)


def test_a_sliding_window_slides_over_each_row_by_itself() -> None:
    torch.manual_seed(0)
    config = MistralConfig(
        hidden_size=64, intermediate_size=96, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, vocab_size=128, sliding_window=8, initializer_range=0.15,
    )  # fmt: skip
    model = MistralForCausalLM(config).eval().requires_grad_(False)
    take_shifts(model, 3)
    play(StockDecoder(model), 120, random.Random(0), model)


@pytest.mark.parametrize("decoder", [FastLlama, StockDecoder])
def test_what_a_row_leaves_behind_reaches_nobody(decoder: type) -> None:
    """A row whose values are no numbers any more spoils neither neighbours nor who has its place."""
    model = llama()
    reader, some = decoder(model), random.Random(1)
    prompts = [[some.randrange(1, 120) for _ in range(length)] for length in (30, 30, 4)]
    rows = [Alone(reader, prompt, music(model, 1)[0]) for prompt in prompts]
    broken = Alone(reader, prompts[0], torch.full_like(rows[0].shifts[0], float("nan")))
    _, cache = start(reader, [rows[0], broken])
    reader.take(cache, [0])
    _, other = start(reader, [rows[2]])
    reader.join(cache, other)
    tokens = torch.tensor([5, 6])
    logits = reader.step(tokens, cache, torch.cat([rows[0].shifts, rows[2].shifts]))
    for row, token in zip((rows[0], rows[2]), tokens.tolist(), strict=True):
        row.step(token)
    assert worst([rows[0], rows[2]], logits) < 1e-5
