"""The loop that turns logits into tokens: what is kept, what is drawn, when it ends."""

from itertools import product

import pytest
import torch
from torch import Tensor
from transformers import GenerationConfig, LogitsProcessorList
from transformers.generation import logits_process

from mullama.answer.decoding import HEAD, Token, penalise, probabilities
from mullama.answer.rolling import RollingBatch, Row, decode
from mullama.answer.sampling import GREEDY_BELOW, Sampling
from mullama.errors import CheckpointError, UsageError


class Table:
    """A language model that remembers one token."""

    def __init__(self, table: Tensor) -> None:
        self.table = table

    def start(self, tokens: Tensor, *_: object, **__: object) -> tuple[Tensor, None]:
        return self.table[tokens[:, -1]], None

    def step(self, tokens: Tensor, *_: object) -> Tensor:
        return self.table[tokens]

    def take(self, *_: object) -> None: ...


def run(table: Tensor, rows: int = 1, **options: object) -> list[list[Token | None]]:
    """Decode where the logits depend on the last token alone: table[token]."""

    sampling = Sampling(**{"max_new_tokens": 5, **options})
    stop = frozenset([0])
    batch = RollingBatch(Table(table), stop=stop, device=torch.device("cpu"))
    return list(decode(batch, [Row([1] * (row + 1), sampling) for row in range(rows)]))


def test_top_p_keeps_the_token_that_crosses() -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    for p, kept in ((0.0, 1), (0.49, 1), (0.51, 2), (0.79, 2), (0.81, 3), (1.0, 4)):
        assert int((probabilities(logits, Sampling(temperature=1.0, top_p=p)) > 0).sum()) == kept, p
    half = probabilities(logits, Sampling(temperature=1.0, top_p=0.6))
    torch.testing.assert_close(half, torch.tensor([0.625, 0.375, 0, 0]))


def test_temperature_zero_takes_the_likeliest() -> None:
    logits = torch.tensor([[0.1, 2.0, 1.9]])
    assert probabilities(logits, Sampling()).tolist() == [[0, 1, 0]]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_nan_is_no_answer(temperature: float) -> None:
    with pytest.raises(CheckpointError, match="computes no numbers"):
        run(torch.full((4, 4), torch.nan), temperature=temperature)


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
    expected = probabilities(table[0], Sampling(temperature=temperature, top_p=top_p))
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


def random_table(vocabulary: int) -> Tensor:
    source = torch.Generator().manual_seed(vocabulary)
    table = torch.randn(vocabulary, vocabulary, generator=source) * 3
    table[:, 0] = -1e9  # never stops
    return table


@pytest.mark.parametrize(
    ("vocabulary", "sampling", "first", "second"),
    [
        (600, {"temperature": 0.6, "top_p": 0.8, "seed": 3}, [380, 457, 573], [380, 457, 573]),
        (600, {"temperature": 1.0, "seed": 3}, [380, 457, 30], [380, 457, 30]),
        (600, {"temperature": 3.0, "top_p": 0.95, "seed": 7}, [263, 408, 246], [263, 408, 246]),
        (2000, {"temperature": 0.7, "top_p": 0.9, "seed": 11}, [499, 195, 1174], []),
    ],
)
def test_seeded_draws_stay_as_they_were(
    vocabulary: int, sampling: dict[str, float], first: list[int], second: list[int]
) -> None:
    """Stored before there were further options."""
    steps = run(random_table(vocabulary), rows=2, max_new_tokens=3, **sampling)
    assert [step[0].id for step in steps] == first
    assert not second or [step[1].id for step in steps] == second


# ------------------------------------------------------------- beside transformers


def theirs(logits: Tensor, tokens: Tensor, sampling: Sampling) -> Tensor:
    """Logits (row, vocabulary) -> the distribution that transformers samples from."""
    processors = LogitsProcessorList(
        [logits_process.RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty)]
    )
    if sampling.temperature:
        processors.append(logits_process.TemperatureLogitsWarper(sampling.temperature))
        if sampling.top_k:
            processors.append(logits_process.TopKLogitsWarper(sampling.top_k))
        processors.append(logits_process.TopPLogitsWarper(sampling.top_p))
        processors.append(logits_process.MinPLogitsWarper(sampling.min_p))
    scores = processors(tokens, logits)
    if not sampling.temperature:
        return torch.nn.functional.one_hot(scores.argmax(-1), logits.shape[-1]).float()
    return scores.softmax(-1)


def test_the_order_is_the_one_of_generate(mu: object) -> None:
    config = GenerationConfig(
        do_sample=True, temperature=0.5, top_k=5, top_p=0.9, min_p=0.1, repetition_penalty=1.2
    )
    config._eos_token_tensor = None
    made = mu.model._get_logits_processor(config, input_ids_seq_length=3)
    assert [type(one).__name__ for one in made] == [
        "RepetitionPenaltyLogitsProcessor",
        "TemperatureLogitsWarper",
        "TopKLogitsWarper",
        "TopPLogitsWarper",
        "MinPLogitsWarper",
    ]


@pytest.mark.parametrize("vocabulary", [40, HEAD + 50, 3 * HEAD])
def test_the_distribution_is_that_of_transformers(vocabulary: int) -> None:
    """The same tokens, with the same probabilities."""
    source = torch.Generator().manual_seed(vocabulary)
    settings = product(
        (0.0, 0.3, 1.0, 2.5), (0, 1, 7, 300), (0.0, 0.7, 0.95, 1.0), (0.0, 0.05, 1.0), (0.8, 1.0, 1.3)
    )  # fmt: skip
    for temperature, top_k, top_p, min_p, penalty in settings:
        sampling = Sampling(
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            min_p=min_p,
            repetition_penalty=penalty,
        )
        logits = torch.randn(2, vocabulary, generator=source).double() * 3
        tokens = torch.randint(vocabulary, (2, 12), generator=source)
        seen = torch.zeros_like(logits, dtype=torch.bool).scatter_(1, tokens, True)
        expected = theirs(logits, tokens, sampling).float()
        found = probabilities(penalise(logits, seen, penalty), sampling)
        # Where top-p keeps all, rounding of the sum in float32 may still cut the faintest tail.
        sure = (expected > 1e-6) if top_p == 1.0 else torch.ones_like(expected, dtype=torch.bool)
        assert torch.equal((found > 0) & sure, (expected > 0) & sure), sampling
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def test_top_p_differs_at_the_threshold_alone() -> None:
    """A token before which the probability is exactly p stays, as published; transformers drops it."""
    logits = torch.tensor([[0.5, 0.25, 0.125, 0.125]]).log2().mul(torch.tensor(2.0).log())
    sampling = Sampling(temperature=1.0, top_p=0.5)
    assert int((probabilities(logits, sampling) > 0).sum()) == 2
    assert int((theirs(logits, torch.tensor([[3]]), sampling) > 0).sum()) == 1


@pytest.mark.parametrize(
    "sampling",
    [
        {"top_k": 3},
        {"top_k": HEAD + 40},
        {"min_p": 0.3},
        {"min_p": 0.01, "top_p": 0.97},
        {"top_k": HEAD + 40, "top_p": 0.9, "min_p": 0.2},
    ],
)
@pytest.mark.parametrize("spread", [0.2, 3.0])
def test_draws_follow_every_option(spread: float, sampling: dict[str, float]) -> None:
    """Flat logits leave more tokens than HEAD, steep ones fewer; many are equal."""
    vocabulary = HEAD * 3
    source = torch.Generator().manual_seed(2)
    logits = (torch.randn(vocabulary, generator=source) * spread).to(torch.bfloat16).float()
    logits[0] = -1e9  # never stops
    options = {"temperature": 1.0, "seed": 5, **sampling}
    drawn = run(logits.expand(vocabulary, -1), max_new_tokens=1500, **options)
    counts = torch.bincount(torch.tensor([s[0].id for s in drawn]), minlength=vocabulary) / 1500
    expected = probabilities(logits, Sampling(**options))
    assert not counts[expected == 0].any()
    kept = int((expected > 0).sum())
    # The mean of the distance, and what one seed in a thousand exceeds it by (McDiarmid).
    near = (2 * kept / (3.14 * 1500)) ** 0.5 + (2 * 6.9 / 1500) ** 0.5
    assert (counts - expected).abs().sum() < near


def test_the_penalty_counts_prompt_and_answer_of_each_row() -> None:
    """Greedy, step by step beside transformers' processor; the padding does not count."""
    vocabulary, penalty = 30, 4.0
    table = random_table(vocabulary)
    table[:, [1, 5]] += 6.0  # without it, rows say the prompt's token or 5 for ever
    steps = run(table, rows=3, max_new_tokens=12, repetition_penalty=penalty)
    process = logits_process.RepetitionPenaltyLogitsProcessor(penalty)
    for row in range(3):
        tokens = [1] * (row + 1)
        for step in steps:
            scores = process(torch.tensor([tokens]), table[tokens[-1:]].clone())
            tokens.append(int(scores.argmax()))
            assert step[row].id == tokens[-1]
            logprob = table[tokens[-2]].log_softmax(-1)[tokens[-1]]
            assert step[row].logprob == pytest.approx(float(logprob), abs=1e-5)
    assert [s[0].id for s in steps] != [s[0].id for s in run(table, max_new_tokens=12)]


def test_the_penalty_is_that_of_generate(mu: object) -> None:
    prompt = torch.tensor([[1, 17, 40, 17]])
    text = mu.model.language_model
    for penalty in (1.0, 1.5):
        config = GenerationConfig(
            do_sample=False, repetition_penalty=penalty, max_new_tokens=8, eos_token_id=2, pad_token_id=0
        )  # fmt: skip
        expected = text.generate(prompt, generation_config=config)[0, 4:].tolist()
        row = Row(prompt[0].tolist(), Sampling(repetition_penalty=penalty, max_new_tokens=8))
        steps = decode(mu.batch(), [row])
        assert [step[0].id if step[0] else 2 for step in steps] == expected


# ------------------------------------------------------------------------- values


@pytest.mark.parametrize("temperature", [1e-300, 1e-38, GREEDY_BELOW / 2])
def test_a_tiny_temperature_is_greedy(temperature: float) -> None:
    table = random_table(50)
    assert run(table, temperature=temperature, seed=1) == run(table)


def test_the_smallest_temperature_overflows_nothing() -> None:
    """With logits as large as float16 holds, raised by the strongest reward for repetition."""
    table = random_table(50).clamp(-10, 10) * 6550
    options = {"temperature": GREEDY_BELOW, "repetition_penalty": 0.01, "seed": 1}
    for step in run(table, **options):
        assert 0 <= step[0].id < 50
    extreme = probabilities(table * 100, Sampling(temperature=GREEDY_BELOW))
    torch.testing.assert_close(extreme.sum(-1), torch.ones(50))


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": -0.1},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"top_p": 1.1},
        {"top_p": float("nan")},
        {"top_k": -1},
        {"top_k": 2.0},
        {"min_p": 1.5},
        {"repetition_penalty": 0.0},
        {"repetition_penalty": float("nan")},
        {"max_new_tokens": 0},
        {"max_new_tokens": 1.5},
        {"max_new_tokens": float("nan")},
        {"max_new_tokens": True},
        {"max_new_tokens": 10**30},
        {"seed": -1},
        {"seed": 2**63},
        {"seed": 1.5},
    ],
    ids=str,
)
def test_values_out_of_bounds_are_refused(options: dict[str, float]) -> None:
    ((name, _),) = options.items()
    with pytest.raises(UsageError, match=f"^{name}: expected "):
        Sampling(**options)


def test_the_largest_seed_draws() -> None:
    assert run(random_table(50), temperature=1.0, seed=2**63 - 1)
