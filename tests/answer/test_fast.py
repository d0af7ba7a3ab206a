"""The quick decoder against the model's own forward: every kind of stock LLaMA, alone and in batches."""

import copy
import threading

import pytest
import torch
from torch import Tensor

from llamas import KINDS, llama, music
from mullama.answer.decoder import StockDecoder
from mullama.answer.fast import FastLlama
from mullama.answer.lora import add_lora
from mullama.answer.packed_linear import supported
from mullama.errors import UsageError

needs_fbgemm = pytest.mark.skipif(not supported("float16"), reason="this torch has no FBGEMM")
PACKED = (
    pytest.param("float16", 2e-3, marks=needs_fbgemm),
    pytest.param("int8", 5e-2),
    pytest.param(
        "int4", 0.35
    ),  # random weights are the worst for four bits; see docs/benchmarks.md
)


def read(decoder: FastLlama | StockDecoder, rows: list[list[int]], shifts: Tensor | None) -> Tensor:
    """Logits after each of the last nine tokens: (row, 9, vocabulary); the prompt is the rest."""
    longest = max(map(len, rows))
    tokens = torch.tensor([[0] * (longest - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
    logits, cache = decoder.start(tokens[:, :-8], shifts, attention_mask=mask[:, :-8])
    steps = [decoder.step(tokens[:, -8 + step], cache, shifts) for step in range(8)]
    return torch.stack([logits, *steps], dim=1)


def some_tokens(*lengths: int) -> list[list[int]]:
    return [torch.randint(1, 120, (length,)).tolist() for length in lengths]


def error(ours: Tensor, stock: Tensor) -> float:
    return float((ours - stock).abs().max() / stock.abs().max())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lengths", [(20, 13, 9), (17,)], ids=["batch", "alone"])
def test_float32_equals_the_stock_forward(kind: str, lengths: tuple[int, ...]) -> None:
    model = llama(**KINDS[kind])
    rows, shifts = some_tokens(*lengths), music(model, len(lengths))
    # A copy, because transformers' dynamic rotary embedding remembers the longest text it has seen.
    stock = read(StockDecoder(copy.deepcopy(model)), rows, shifts)
    assert error(read(FastLlama(model), rows, shifts), stock) < 1e-5


@pytest.mark.parametrize(("precision", "bound"), PACKED)
@pytest.mark.parametrize("kind", ["plain", "biases", "grouped queries", "one key head, odd widths"])
def test_packed_precisions_stay_near(kind: str, precision: str, bound: float) -> None:
    model = llama(**KINDS[kind])
    rows, shifts = some_tokens(20, 13, 9), music(model, 3)
    fast = FastLlama(model, precision)
    assert error(read(fast, rows, shifts), read(StockDecoder(model), rows, shifts)) < bound


@needs_fbgemm
def test_packed_precisions_take_weights_in_any_dtype() -> None:
    model = llama(attention_bias=True).to(torch.bfloat16)
    rows, shifts = some_tokens(15), music(model, 1)
    plain = read(StockDecoder(copy.deepcopy(model).float()), rows, shifts)
    ours = read(FastLlama(model, "float16"), rows, shifts)
    assert ours.dtype == torch.float32
    assert error(ours, plain) < 2e-3


# Rounding to bfloat16 turns float32 noise into more; steps shared with a loud row would show 2e-1.
@pytest.mark.parametrize(
    ("precision", "bound"), [("float32", 1e-5), ("int8", 3e-2), ("int4", 3e-2)]
)
def test_a_row_does_not_depend_on_its_neighbours(precision: str, bound: float) -> None:
    model = llama(num_key_value_heads=2)
    rows, shifts, fast = some_tokens(18, 12, 25), music(model, 3), FastLlama(model, precision)
    shifts[2] *= 30  # a loud neighbour must not coarsen the others' int8 steps
    together = read(fast, rows, shifts)
    for index, row in enumerate(rows):
        alone = read(fast, [row], shifts[index : index + 1])
        assert error(together[index : index + 1], alone) < bound, index


def test_shifts_change_the_answer_of_their_own_row_only() -> None:
    model = llama()
    rows, shifts, fast = some_tokens(15, 15), music(model, 2), FastLlama(model)
    before = read(fast, rows, shifts)
    shifts[1] = -shifts[1]
    after = read(fast, rows, shifts)
    assert torch.equal(before[0], after[0])
    assert error(after[1], before[1]) > 1e-2


def test_float32_shares_the_parameters() -> None:
    model = llama()
    fast, rows = FastLlama(model), some_tokens(12)
    before = read(fast, rows, None)
    for parameter in model.parameters():
        parameter.mul_(1.2)
    assert error(read(fast, rows, None), before) > 1e-2
    assert error(read(fast, rows, None), read(StockDecoder(model), rows, None)) < 1e-5


def test_threads_do_not_mix() -> None:
    model = llama()
    fast, rows, shifts = FastLlama(model), some_tokens(20, 20), music(model, 2)
    expected = [read(fast, rows[i : i + 1], shifts[i : i + 1]) for i in range(2)]
    got: dict[int, list[Tensor]] = {0: [], 1: []}

    def ask(index: int) -> None:
        for _ in range(5):
            got[index].append(read(fast, rows[index : index + 1], shifts[index : index + 1]))

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index in range(2):
        assert len(got[index]) == 5
        assert all(torch.equal(once, expected[index]) for once in got[index])


def test_what_cannot_be_is_said() -> None:
    model = llama()
    with pytest.raises(UsageError, match="float64"):
        FastLlama(model, "float64")
    with pytest.raises(UsageError, match="load the model in float32"):
        FastLlama(llama().to(torch.bfloat16))
    lora = llama()
    add_lora(lora, 2)
    with pytest.raises(UsageError, match="LoRA"):
        FastLlama(lora)
    fast, tokens = FastLlama(model), torch.tensor(some_tokens(6, 6))
    for wrong in (torch.randn(1, 3, 64), torch.randn(2, 3, 63), torch.randn(2, 5, 64)):
        with pytest.raises(UsageError, match="shifts"):
            fast.start(tokens, wrong)
    right_padded = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
    for mask in (right_padded, torch.zeros_like(tokens), torch.ones(2, 5)):
        with pytest.raises(UsageError, match="attention mask"):
            fast.start(tokens, attention_mask=mask)
