import numpy as np
import pytest

from mullama.errors import AudioError
from mullama.listen.audio.samples import as_float, require_finite


@pytest.mark.parametrize(
    ("dtype", "lowest", "middle"),
    [("i1", -128, 0), ("u1", 0, 128), ("i2", -(2**15), 0), ("u2", 0, 2**15), ("i4", -(2**31), 0)],
)
def test_integers_are_scaled_by_their_width(dtype: str, lowest: int, middle: int) -> None:
    scaled = as_float(np.array([lowest, middle], dtype=dtype), "x")
    assert scaled.dtype == np.float32
    assert scaled.tolist() == [-1.0, 0.0]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_floats_pass_unscaled(dtype: str) -> None:
    assert as_float(np.array([-1.5, 0.25], dtype=dtype), "x").tolist() == [-1.5, 0.25]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_sample_is_refused(value: float) -> None:
    with pytest.raises(AudioError, match=r"^song\.wav: holds NaN, infinite or absurdly large"):
        as_float(np.array([0.0, value, 0.0]), "song.wav")


@pytest.mark.parametrize("numbers", [np.array(["a"]), np.array([True]), np.array([1j])])
def test_other_types_are_refused(numbers: np.ndarray) -> None:
    with pytest.raises(AudioError, match="must be integers or floats"):
        as_float(numbers, "x")


def test_peak_is_the_largest_magnitude() -> None:
    assert require_finite(np.array([0.25, -0.5], dtype=np.float32), "x") == 0.5
    assert require_finite(np.zeros(0, dtype=np.float32), "x") == 0.0
