"""Clips and texts become batches: the same step always gives the same batch, none is padded much.

Does not know what a clip or a text says.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mullama.training.qa.tokenized import IGNORED

POOL = 16
"""Batches whose texts are sorted by length together."""


class TextBatch(NamedTuple):
    """Texts of about equal length, padded on the right."""

    clips: Int[Tensor, " text"]
    """Which clip each is about."""
    input_ids: Int[Tensor, "text tokens"]
    labels: Int[Tensor, "text tokens"]
    """IGNORED on prompts and padding."""
    counts: Float[Tensor, "text tokens"]
    """How much the loss of each token counts; nothing where there is none."""


class TextRow(NamedTuple):
    """One question and answer about one clip."""

    clip: int
    """Index of the clip."""
    prompt: list[int]
    """Tokens that are given."""
    answer: list[int]
    """Tokens with a loss, the end of text among them."""
    counts: list[float]
    """How much the loss of each of these counts."""


def draw_clips(step: int, batch: int, clips: int, seed: int) -> Int[Tensor, " draw"]:
    """Indices for one step: every clip once before any comes again, in another order each time."""
    first = step * batch
    drawn = []
    for turn in range(first // clips, (first + batch - 1) // clips + 1):
        order = np.random.default_rng([seed, turn]).permutation(clips)
        low, high = max(first - turn * clips, 0), min(first + batch - turn * clips, clips)
        drawn.append(order[low:high])
    return torch.from_numpy(np.concatenate(drawn))


def place_in_pool(step: int, seed: int) -> tuple[int, int]:
    """Which pool a step draws from, and which of its batches, shortest to longest, it takes."""
    pool, turn = divmod(step, POOL)
    order = np.random.default_rng([seed, pool]).permutation(POOL)
    return pool, int(order[turn])


def pad(rows: Sequence[TextRow], padding: int) -> TextBatch:
    """Put rows side by side."""
    max_length = max(len(row.prompt) + len(row.answer) for row in rows)
    tokens = torch.full((len(rows), max_length), padding)
    labels = torch.full((len(rows), max_length), IGNORED)
    counts = torch.zeros(len(rows), max_length)
    for index, row in enumerate(rows):
        start, end = len(row.prompt), len(row.prompt) + len(row.answer)
        tokens[index, :end] = torch.tensor(row.prompt + row.answer)
        labels[index, start:end] = torch.tensor(row.answer)
        counts[index, start:end] = torch.tensor(row.counts)
    return TextBatch(torch.tensor([row.clip for row in rows]), tokens, labels, counts)
