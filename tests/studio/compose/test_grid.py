import pytest

from mullama.studio.compose.grid import Grid
from mullama.studio.compose.piece import Metre


@pytest.mark.parametrize(
    ("metre", "steps", "bar_seconds"), [("4/4", 16, 2.0), ("3/4", 12, 1.5), ("6/8", 12, 1.0)]
)
def test_a_bar_at_120_bpm(metre: Metre, steps: int, bar_seconds: float) -> None:
    grid = Grid(metre, 120)
    assert grid.steps_per_bar == steps
    assert grid.bar_seconds == pytest.approx(bar_seconds)
    assert grid.seconds(steps) == pytest.approx(bar_seconds)
    assert grid.bars(10.0) * bar_seconds >= 10.0


def test_swing_delays_the_second_eighth_and_nothing_on_the_beat() -> None:
    straight, swung = Grid("4/4", 60), Grid("4/4", 60, swing=2 / 3)
    assert swung.seconds(2) == pytest.approx(2 / 3)
    assert straight.seconds(2) == pytest.approx(0.5)
    assert [swung.seconds(s) for s in (0, 4, 8)] == pytest.approx([0, 1, 2])
    times = [swung.seconds(s) for s in range(16)]
    assert times == sorted(times)
