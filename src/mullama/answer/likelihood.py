"""Prompts and given answers -> how likely each answer is: every token is known beforehand.

A prompt is read once, however many answers stand behind it; then all answers are read at once, each
behind what was read of its prompt.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.answer.decoder import Decoder
from mullama.answer.decoding import left_padded

ROWS_AT_ONCE = 64
"""Answers in one pass. Each holds its own copy of what was read of its prompt."""


def loglikelihoods(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[tuple[int, Sequence[int]]],
    shifts: Float[Tensor, "prompt layers width"],
    *,
    device: torch.device,
) -> list[float]:
    """The sum of the log-probabilities of each answer's tokens; natural logarithms.

    An answer comes with the place of its prompt in `prompts`, and has at least one token.
    """
    totals: list[float] = []
    for start in range(0, len(answers), ROWS_AT_ONCE):
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
