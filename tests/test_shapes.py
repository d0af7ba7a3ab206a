"""An array of another shape than its annotation names is refused while tests run."""

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

from mullama.adapt.bridge import Bridge
from mullama.answer.decoding import penalise
from mullama.answer.sampling import Sampling
from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import ItemMeans
from mullama.studio.sound.effects import Effects, apply_effects


def test_a_dimension_too_few() -> None:
    bridge = Bridge(states=5, features=8, hidden=12, width=20, blocks=2)
    with pytest.raises(TypeCheckError, match="clip states features"):
        bridge(torch.zeros(5, 8))


def test_a_dimension_of_two_sizes() -> None:
    with pytest.raises(TypeCheckError, match=r"vocabulary.*3"):
        penalise(torch.zeros(2, 3), torch.zeros(2, 1, dtype=torch.bool), 1.1)


def test_another_kind_of_number() -> None:
    with pytest.raises(TypeCheckError, match="samples"):
        apply_effects(np.zeros(8), Effects(), 24000, np.random.default_rng(0))


def test_shapes_with_a_name_elsewhere() -> None:
    class Share(ItemMeans):
        columns = ("items", "share")

    with pytest.raises(TypeCheckError, match="columns"):
        Share().reduce(np.array(1.0))


def test_other_types_are_refused_by_the_code_itself() -> None:
    with pytest.raises(UsageError, match="top_k"):
        Sampling(top_k=2.0)
