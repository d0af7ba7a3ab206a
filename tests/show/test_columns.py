"""However many frames come in whatever pieces, the columns are those of all frames at once."""

import numpy as np
import pytest

from mullama.show.columns import Columns


@pytest.mark.parametrize("count", [1, 7, 8, 9, 63, 64, 65, 1000])
@pytest.mark.parametrize("piece", [1, 5, 1000])
def test_columns_are_those_of_all_frames(count: int, piece: int) -> None:
    frames = np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)
    for join in (np.mean, np.max):
        columns = Columns(8, join)
        for start in range(0, count, piece):
            columns.add(frames[start : start + piece])
        found = columns.finish()
        step = columns.step
        assert len(found) <= 9
        assert len(found) == -(-count // step)
        assert step == 1 or count / step > 4
        expected = [join(frames[start : start + step], axis=0) for start in range(0, count, step)]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_nothing_has_no_columns() -> None:
    assert len(Columns(8, np.mean).finish()) == 0
