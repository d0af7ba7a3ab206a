"""Prompts and shifts become tokens, one step at a time: the one loop behind answers and streams.

Written here rather than left to `generate()` because one generator serves a single answer, a batch
and a stream alike, each row draws from its own seeded source (so that an answer does not depend on
its neighbours), and nothing has to run in a second thread. Knows nothing of text or audio.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mullama.answer.decoder import Decoder
from mullama.errors import UsageError

HEAD = 256
"""Most likely tokens that are looked at first; the whole vocabulary is sorted only if they fall short."""


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the next token is chosen."""

    temperature: float = 0.0
    """0 takes the most likely token; higher values flatten the distribution."""
    top_p: float = 1.0
    """Keep the most likely tokens while the probability before them is at most this."""
    max_new_tokens: int = 512
    """Stop here if the model has not stopped by itself."""
    seed: int | None = None
    """Makes sampling repeatable; an answer depends on its own song, question and seed alone."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.temperature < float("inf"):
            raise UsageError(f"the temperature must be 0 or more, not {self.temperature}")
        if not 0.0 <= self.top_p <= 1.0:
            raise UsageError(f"top-p lies between 0 and 1, not at {self.top_p}")
        if self.max_new_tokens < 1:
            raise UsageError(f"at least one new token is needed, not {self.max_new_tokens}")


@dataclass(frozen=True)
class Token:
    """One generated token of one row."""

    id: int
    logprob: float
    """Natural logarithm of its probability under the model itself (temperature 1, all tokens)."""


def top_p_probabilities(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Logits (..., vocabulary) -> the renormalised distribution that is sampled from.

    A token stays while the cumulative probability *before* it is at most `top_p` (Holtzman et al.
    2020, arXiv 1904.09751), so the one that crosses the threshold stays too, and at least one does.
    """
    if temperature == 0.0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    probabilities = torch.softmax(logits.float() / temperature, dim=-1)
    ordered, order = probabilities.sort(dim=-1, descending=True)
    ordered = _keep_top_p(ordered, top_p)
    kept = torch.zeros_like(probabilities).scatter_(-1, order, ordered)
    return kept / kept.sum(-1, keepdim=True)


def _keep_top_p(ordered: Tensor, top_p: float) -> Tensor:
    return ordered.masked_fill(ordered.cumsum(-1) - ordered > top_p, 0.0)


def _draw(logits: Tensor, sampling: Sampling, source: torch.Generator) -> int:
    """One token from one row's logits (vocabulary,), by inverting the cumulative distribution."""
    if sampling.temperature == 0.0:
        return int(logits.argmax())
    scaled = logits / sampling.temperature
    log_total = scaled.logsumexp(-1)
    values, order = scaled.topk(min(HEAD, len(scaled)))
    ordered = (values - log_total).exp()
    if ordered.sum() <= sampling.top_p and len(ordered) < len(scaled):
        values, order = scaled.sort(descending=True)
        ordered = (values - log_total).exp()
    cumulative = _keep_top_p(ordered, sampling.top_p).cumsum(-1)
    spot = torch.rand((), generator=source).to(cumulative) * cumulative[-1]
    return int(order[torch.searchsorted(cumulative, spot, right=True).clamp(max=len(order) - 1)])


def decode(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    shifts: Tensor | None,
    *,
    sampling: Sampling,
    stop: frozenset[int],
    device: torch.device,
) -> Iterator[list[Token | None]]:
    """Yield one token for each row per step; None for a row that has stopped.

    Prompts of different lengths are padded on the left and masked; `shifts` (row, adapted layers,
    heads * head_dim) is the music of each. The stop token itself is not yielded. After the step in
    which the last row stops, or after `max_new_tokens` steps, the generator ends; a row whose last
    step still held a token was cut.
    """
    longest = max(map(len, prompts))
    rows = [[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
    mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    sources = [_source(sampling.seed) for _ in prompts]
    running = [True] * len(prompts)
    logits, cache = decoder.start(
        torch.tensor(rows, device=device),
        shifts,
        attention_mask=torch.tensor(mask, device=device),
        max_new_tokens=sampling.max_new_tokens,
    )
    for count in range(1, sampling.max_new_tokens + 1):
        chosen, step = _choose(logits.float().cpu(), sampling, sources)
        running = [on and token not in stop for on, token in zip(running, chosen, strict=True)]
        yield [token if on else None for token, on in zip(step, running, strict=True)]
        if not any(running) or count == sampling.max_new_tokens:
            return
        logits = decoder.step(torch.tensor(chosen, device=device), cache, shifts)


def _choose(
    logits: Tensor, sampling: Sampling, sources: Sequence[torch.Generator]
) -> tuple[list[int], list[Token]]:
    chosen = [_draw(row, sampling, source) for row, source in zip(logits, sources, strict=True)]
    picked = logits.gather(1, torch.tensor(chosen)[:, None])[:, 0] - logits.logsumexp(-1)
    return chosen, [Token(*pair) for pair in zip(chosen, picked.tolist(), strict=True)]


def _source(seed: int | None) -> torch.Generator:
    source = torch.Generator()
    if seed is None:
        source.seed()
    else:
        source.manual_seed(seed)
    return source
