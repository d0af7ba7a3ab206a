"""Retrieval: each clip by itself, never more neighbours than there are."""

import pytest
import torch
from torch.nn import functional

from mullama.adapt.retrieval import Retrieval
from mullama.errors import CheckpointError, UsageError

UNIT = functional.normalize(torch.randn(9, 6, generator=torch.Generator().manual_seed(0)), dim=-1)


def test_by_the_formula() -> None:
    own = functional.normalize(torch.randn(2, 6), dim=-1)
    blended = Retrieval(UNIT, k=3, weight=0.4)(own)
    for row in range(2):
        similar = UNIT @ own[row]
        best = similar.argsort(descending=True)[:3]
        mean = functional.normalize(torch.softmax(20 * similar[best], 0) @ UNIT[best], dim=-1)
        expected = functional.normalize(0.6 * own[row] + 0.4 * mean, dim=-1)
        torch.testing.assert_close(blended[row], expected)


def test_more_neighbours_than_vectors_is_all_of_them() -> None:
    own = UNIT[:1]
    torch.testing.assert_close(Retrieval(UNIT, 100, 0.5)(own), Retrieval(UNIT, 9, 0.5)(own))


def test_no_weight_changes_nothing() -> None:
    torch.testing.assert_close(Retrieval(UNIT, 4, 0.0)(UNIT), UNIT)


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(CheckpointError, match="6"):
        Retrieval(UNIT, 1, 0.5)(torch.ones(1, 4))
    with pytest.raises(UsageError, match="neighbour"):
        Retrieval(UNIT, 0, 0.5)
    with pytest.raises(UsageError, match="between 0 and 1"):
        Retrieval(UNIT, 1, 1.5)
