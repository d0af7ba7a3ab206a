"""Logits become tokens: what is penalised, what is kept, what is drawn, for each row by itself.

A row draws from its own seeded source, so that its answer does not depend on its neighbours. The
loop around it is in rolling.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mullama.answer.sampling import Sampling
from mullama.errors import CheckpointError

HEAD = 256
"""Most likely tokens that are looked at first; the whole vocabulary is sorted only if they fall short."""


@dataclass(frozen=True)
class Token:
    """One generated token of one row."""

    id: int
    logprob: float
    """Natural logarithm of its probability under the model itself (temperature 1, all tokens)."""
    likeliest: tuple[tuple[int, float], ...] = ()
    """As many as the row asked for, likeliest first: ids with their logarithms, of the same kind."""


def require_numbers(logits: Float[Tensor, "... vocabulary"]) -> None:
    """Raise CheckpointError for NaN, of which no token is the likeliest: all would read as silence."""
    if logits.isnan().any():
        raise CheckpointError(
            "the model computes no numbers (NaN): its weights are damaged, or too large for their type "
            "(try --dtype float32)"
        )


def probabilities(
    logits: Float[Tensor, "... vocabulary"], sampling: Sampling
) -> Float[Tensor, "... vocabulary"]:
    """The renormalised distribution that is sampled from.

    As transformers' processors in the order in which `generate()` applies them, with one difference,
    which is the published behaviour: under top-p a token stays while the cumulative probability
    *before* it is at most `top_p` (Holtzman et al. 2020, arXiv 1904.09751). The repetition penalty
    needs the tokens so far and comes before; see `penalise`.
    """
    if sampling.greedy:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    likely = torch.softmax(_scale(logits.float(), sampling), dim=-1)
    ordered, order = likely.sort(dim=-1, descending=True)
    retained = torch.zeros_like(likely).scatter_(-1, order, _filter(ordered, sampling))
    return retained / retained.sum(-1, keepdim=True)


def penalise(
    logits: Float[Tensor, "... vocabulary"], seen: Bool[Tensor, "... vocabulary"], penalty: float
) -> Float[Tensor, "... vocabulary"]:
    """Make the tokens marked in `seen` less likely (Keskar et al. 2019, 1909.05858)."""
    return torch.where(seen, torch.where(logits < 0, logits * penalty, logits / penalty), logits)


def _scale(logits: Tensor, sampling: Sampling) -> Tensor:
    """Temperature and top-k, which need logits; tokens as likely as the kth stay, however many."""
    scaled = logits / sampling.temperature
    if sampling.top_k:
        best = scaled.topk(min(sampling.top_k, scaled.shape[-1])).values
        scaled = scaled.masked_fill(scaled < best[..., -1:], -torch.inf)
    return scaled


def _filter(ordered: Tensor, sampling: Sampling) -> Tensor:
    """Top-p and min-p, which need probabilities, the highest first; 0 for what is left out."""
    before = ordered.cumsum(-1) - ordered
    unlikely = ordered < sampling.min_p * ordered[..., :1]
    return ordered.masked_fill((before > sampling.top_p) | unlikely, 0.0)


def _draw(logits: Tensor, sampling: Sampling, source: torch.Generator) -> int:
    """One token from one row's logits (vocabulary,), by inverting the cumulative distribution."""
    if sampling.greedy:
        return int(logits.argmax())
    scaled = _scale(logits, sampling)
    log_total = scaled.logsumexp(-1)
    values, order = scaled.topk(min(HEAD, len(scaled)))
    ordered = (values - log_total).exp()
    retained = _filter(ordered, sampling)
    # Where the last of the head is left out, so is every token behind it.
    if ordered.sum() <= sampling.top_p and retained[-1] > 0 and len(ordered) < len(scaled):
        values, order = scaled.sort(descending=True)
        retained = _filter((values - log_total).exp(), sampling)
    cumulative = retained.cumsum(-1)
    spot = torch.rand((), generator=source).to(cumulative) * cumulative[-1]
    # Rounding may put the spot at the very end, where the tokens that are left out lie.
    last = int(retained.count_nonzero()) - 1
    return int(order[torch.searchsorted(cumulative, spot, right=True).clamp(max=last)])


def left_padded(
    prompts: Sequence[Sequence[int]], device: torch.device
) -> tuple[Int[Tensor, "row position"], Int[Tensor, "row position"]]:
    """Prompts as rows of one length, padded on the left, and the mask that tells tokens from padding."""
    longest = max(map(len, prompts))
    rows = [[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
    mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    return torch.tensor(rows, device=device), torch.tensor(mask, device=device)


class Choice:
    """What one row's next token is chosen by: its options, its own source, what it has read."""

    def __init__(self, prompt: Sequence[int], sampling: Sampling, top_logprobs: int = 0) -> None:
        """`top_logprobs`: how many of the likeliest tokens are told beside each that is chosen."""
        self.sampling, self.top_logprobs = sampling, top_logprobs
        self.last = prompt[-1]
        """The token that was read or chosen last."""
        self._source = _source(sampling.seed)
        self._unmarked = list(prompt)
        self._seen: Tensor | None = None

    @property
    def plain(self) -> bool:
        """Whether the most likely token is taken."""
        return self.sampling.greedy and self.sampling.repetition_penalty == 1.0

    def draw(self, logits: Float[Tensor, " vocabulary"]) -> int:
        """The next token, by these logits."""
        return _draw(self._penalised(logits), self.sampling, self._source)

    def note(self, token: int) -> None:
        """This one it was."""
        self.last = token
        self._unmarked.append(token)

    def _penalised(self, logits: Tensor) -> Tensor:
        """Mark the tokens that came since the last step, and penalise all that are marked."""
        if self.sampling.repetition_penalty == 1.0:
            return logits
        if self._seen is None:
            self._seen = torch.zeros_like(logits, dtype=torch.bool)
        self._seen[self._unmarked] = True
        self._unmarked.clear()
        return penalise(logits, self._seen, self.sampling.repetition_penalty)


def choose(choices: Sequence[Choice], logits: Float[Tensor, "row vocabulary"]) -> list[Token]:
    """The next token of every row, each by its own options. Raises CheckpointError for NaN."""
    require_numbers(logits)
    likeliest = logits.argmax(-1).tolist()
    chosen = [
        best if choice.plain else choice.draw(row)
        for choice, best, row in zip(choices, likeliest, logits, strict=True)
    ]
    for choice, token in zip(choices, chosen, strict=True):
        choice.note(token)
    total = logits.logsumexp(-1)
    logprobs = logits.gather(1, torch.tensor(chosen)[:, None])[:, 0] - total
    beside = [_likeliest(*each) for each in zip(choices, logits, total, strict=True)]
    return [Token(*each) for each in zip(chosen, logprobs.tolist(), beside, strict=True)]


def _likeliest(choice: Choice, logits: Tensor, total: Tensor) -> tuple[tuple[int, float], ...]:
    if not choice.top_logprobs:
        return ()
    best = logits.topk(min(choice.top_logprobs, len(logits)))
    return tuple(zip(best.indices.tolist(), (best.values - total).tolist(), strict=True))


def _source(seed: int | None) -> torch.Generator:
    source = torch.Generator()
    if seed is None:
        source.seed()
    else:
        source.manual_seed(seed)
    return source
