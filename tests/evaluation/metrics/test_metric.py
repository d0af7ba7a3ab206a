"""The parts that metrics share."""

import numpy as np
import pytest

from mullama.errors import MissingExtraError
from mullama.evaluation.metrics.metric import f1, library, library_need, ratio, version


def test_nothing_to_count_is_nan_and_silent() -> None:
    np.testing.assert_array_equal(ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])), [0.5, np.nan])
    np.testing.assert_array_equal(ratio(np.array(1.0), np.array(0.0)), np.nan)


def test_f1() -> None:
    precision, recall = np.array([0.5, 0.0, np.nan, 1.0]), np.array([1.0, 0.0, 1.0, 1.0])
    np.testing.assert_allclose(f1(precision, recall), [2 / 3, 0.0, np.nan, 1.0])


def test_a_missing_library_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"METEOR needs no-such-lib.*mullama\[evaluate\]"):
        library("no_such_lib.part", "METEOR")
    (need,) = library_need("json", "no_such_lib")
    assert need.what == "no-such-lib"
    assert need.blocks
    assert version("no-such-lib") == "no-such-lib:none"
