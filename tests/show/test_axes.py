"""Ticks are round, stand where they belong, and name what is there."""

import pytest

from mullama.show import axes
from mullama.show.sights import tempo_rows


@pytest.mark.parametrize("seconds", [0.5, 1.0, 10.0, 61.3, 600.0, 3600.0, 36_000.0, 1e6])
def test_time_ticks_are_few_and_inside(seconds: float) -> None:
    ticks = axes.time_ticks(seconds)
    assert 2 <= len(ticks) <= axes.TIME_TICKS + 1
    assert ticks[0].at == 0
    assert all(0 <= tick.at <= 1 + 1e-9 for tick in ticks)
    assert len({tick.text for tick in ticks}) == len(ticks)


def test_instants_are_read_as_clocks() -> None:
    assert [tick.text for tick in axes.time_ticks(60.0)][:3] == ["0:00", "0:10", "0:20"]
    assert axes.time_ticks(36_000.0)[-1].text == "10:00:00"
    assert axes.time_ticks(0.5)[1].text == "0.1 s"


def test_tempo_ticks_stand_in_their_rows() -> None:
    rows = tempo_rows()
    for tick in axes.tempo_ticks():
        row = int(tick.at * len(rows))
        assert rows[row] == pytest.approx(float(tick.text), rel=0.04)


def test_notes_of_the_key_stand_out() -> None:
    def strong(key: str | None) -> str:
        return " ".join(tick.text for tick in axes.class_ticks(key) if tick.strong)

    assert strong("D major") == "C# D E F# G A B"
    assert strong("G# minor") == "C# D# E F# G# A# B"
    assert strong("Bb minor") == "C C# D# F F# G# A#"
    assert strong(None) == strong("no key") == ""
