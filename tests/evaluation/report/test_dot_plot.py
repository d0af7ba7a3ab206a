import pytest

from mullama.evaluation.report.dot_plot import MARGIN, WIDTH, Scale, plots
from mullama.evaluation.report.scored_folder import Scored
from mullama.evaluation.report.tables import tables
from mullama.evaluation.report.verdict import Verdict


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.0, 1.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([0.87, 0.9], ["0.87", "0.88", "0.89", "0.90"]),
        ([0.5], ["0.5", "0.6"]),
        ([0.0], ["0.00", "0.02"]),
        ([-0.1, 0.1], ["−0.10", "−0.05", "0.00", "0.05", "0.10"]),  # noqa: RUF001
        ([0.31, 0.36], ["0.31", "0.32", "0.33", "0.34", "0.35", "0.36"]),
        ([0.0, 12.0], ["0.0", "2.5", "5.0", "7.5", "10.0", "12.5"]),
    ],
)
def test_axes_have_round_numbers(values: list[float], labels: list[str]) -> None:
    scale = Scale(values)
    ticks = scale.ticks()
    assert [tick.label for tick in ticks] == labels
    assert (ticks[0].x, ticks[-1].x) == (MARGIN, WIDTH - MARGIN)
    assert all(MARGIN <= scale(value) <= WIDTH - MARGIN for value in values)


def test_a_band_reaches_from_the_best_control_to_the_score(scored: Scored) -> None:
    plot = plots(tables(scored.scores)[0])[0]
    hearing, deaf, constant, *quoted = plot.lines
    best = next(mark.x for mark in hearing.marks if mark.best)
    assert hearing.band == (best, hearing.dot)
    assert hearing.verdict is Verdict.EARS
    assert hearing.label.startswith("MU-LLaMA small: 0.")
    assert "wrong song 0." in hearing.label
    assert max(mark.x for mark in hearing.marks) == best
    assert deaf.verdict is Verdict.DEAF
    assert constant.band is None
    assert constant.marks == ()
    assert [line.marks[0].shape for line in quoted] == ["diamond"] * 3


def test_what_is_off_has_no_plot(scored: Scored) -> None:
    titles = [plot.title for plot in plots(tables(scored.scores)[0])]
    assert titles == ["BLEU", "BLEU-4", "METEOR", "ROUGE-L"]
