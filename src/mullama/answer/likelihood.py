"""Prompts and given answers -> how likely each answer is: every token is known beforehand.

A prompt is read once, however many answers stand behind it; then all answers are read at once, each
behind what was read of its prompt. What many answers begin with ("The tempo is about") is read once, too.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import takewhile

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.answer.decoder import Decoder
from mullama.answer.decoding import left_padded

ROWS_AT_ONCE = 64
"""Answers in one pass. Each holds its own copy of what was read of its prompt."""


def go_on() -> None:
    """Nothing is to be done between two passes."""


def loglikelihoods(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[tuple[int, Sequence[int]]],
    shifts: Float[Tensor, "prompt layers width"],
    *,
    device: torch.device,
    between: Callable[[], None] = go_on,
) -> list[float]:
    """The sum of the log-probabilities of each answer's tokens; natural logarithms.

    An answer comes with the place of its prompt in `prompts`, and has at least one token. `between` is
    called before each pass; what it raises ends all.
    """
    heads = _heads(prompts, answers)
    behind = [[*prompt, *heads.get(place, ())] for place, prompt in enumerate(prompts)]
    rests = [(place, tokens[len(heads.get(place, ())) :]) for place, tokens in answers]
    how = shifts, device, between
    begun = dict(zip(heads, _passes(decoder, prompts, list(heads.items()), *how), strict=True))
    totals = _passes(decoder, behind, rests, *how)
    return [begun.get(place, 0.0) + rest for (place, _), rest in zip(answers, totals, strict=True)]


def _heads(
    prompts: Sequence[Sequence[int]], answers: Sequence[tuple[int, Sequence[int]]]
) -> dict[int, Sequence[int]]:
    """By prompt, what its answers all begin with, where that saves more than reading the prompt again.

    Each answer has a token behind it.
    """
    of_prompt = defaultdict[int, list[Sequence[int]]](list)
    for place, tokens in answers:
        of_prompt[place].append(tokens)
    heads: dict[int, Sequence[int]] = {}
    for place, some in of_prompt.items():
        alike = takewhile(lambda column: len(set(column)) == 1, zip(*some, strict=False))
        head = [column[0] for column in alike][: min(map(len, some)) - 1]
        if (len(some) - 1) * len(head) > len(prompts[place]) + len(head):
            heads[place] = head
    return heads


def _passes(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[tuple[int, Sequence[int]]],
    shifts: Tensor,
    device: torch.device,
    between: Callable[[], None],
) -> list[float]:
    totals: list[float] = []
    for start in range(0, len(answers), ROWS_AT_ONCE):
        between()
        rows = answers[start : start + ROWS_AT_ONCE]
        totals += _one_pass(decoder, prompts, rows, shifts, device)
    return totals


def _one_pass(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[tuple[int, Sequence[int]]],
    shifts: Tensor,
    device: torch.device,
) -> list[float]:
    wanted = sorted({prompt for prompt, _ in answers})
    places = [wanted.index(prompt) for prompt, _ in answers]
    tokens, mask = left_padded([prompts[prompt] for prompt in wanted], device)
    read, known = right_padded([answer for _, answer in answers], device)
    shifts = shifts[wanted]
    logits, cache = decoder.start(tokens, shifts, attention_mask=mask)
    first = logits.float().log_softmax(-1)[places].gather(1, read[:, :1])
    scores = [first]
    if read.shape[1] > 1:
        decoder.take(cache, places)
        scores.append(decoder.score(read, cache, shifts[places]))
    together = torch.cat(scores, dim=1)
    found: list[float] = torch.where(known, together, 0.0).double().sum(1).tolist()
    return found


def right_padded(rows: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Rows of one length, Int[row position], and which of it is theirs, Bool[row position]."""
    longest = max(map(len, rows))
    padded = [[*row, *[0] * (longest - len(row))] for row in rows]
    lengths = torch.tensor([len(row) for row in rows], device=device)
    known = torch.arange(longest, device=device) < lengths[:, None]
    return torch.tensor(padded, device=device), known
