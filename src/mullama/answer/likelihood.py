"""Prompts and given answers -> how likely each answer is: decoding with every token known beforehand."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.answer.decoder import Decoder
from mullama.answer.decoding import left_padded


def loglikelihoods(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[Sequence[int]],
    shifts: Float[Tensor, "row layers width"] | None,
    *,
    device: torch.device,
) -> list[float]:
    """The sum of the log-probabilities of each answer's tokens, behind its prompt; natural logarithms."""
    tokens, mask = left_padded(prompts, device)
    longest = max(map(len, answers))
    logits, cache = decoder.start(tokens, shifts, attention_mask=mask)
    totals = [0.0] * len(answers)
    for place in range(longest):
        logprobs = logits.float().log_softmax(-1)
        for row, answer in enumerate(answers):
            if place < len(answer):
                totals[row] += float(logprobs[row, answer[place]])
        if place + 1 < longest:
            # An answer that has ended reads on in its last token, which counts no more.
            read = [answer[min(place, len(answer) - 1)] for answer in answers]
            logits = decoder.step(torch.tensor(read, device=device), cache, shifts)
    return totals
