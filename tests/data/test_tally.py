"""What became of the rows, in a few lines."""

from mullama.data.tally import MAX_REPORTED, LeftOut, Tally


def test_summary_names_the_first_few_of_each_kind() -> None:
    tally = Tally()
    tally.described = 7
    for number in range(MAX_REPORTED + 1):
        tally.leave_out(LeftOut("without audio", f"clip {number}"))
    tally.leave_out(LeftOut("held out", "other"))
    assert tally.lines() == [
        "7 described",
        "4 without audio (clip 0, clip 1, clip 2, ...)",
        "1 held out (other)",
    ]


def test_names_from_files_stay_on_their_line() -> None:
    for name in ("a\nb.wav", "\x1b[31mred.wav", "caf\udce9.wav", "x" * 5000):
        (line,) = _lines_of(name)
        assert line.isprintable()
        assert len(line) < 600


def _lines_of(name: str) -> list[str]:
    tally = Tally()
    tally.leave_out(LeftOut("without audio", name))
    return tally.lines()[1:]


def test_notice_is_told_of_every_row() -> None:
    told: list[tuple[str, str]] = []
    tally = Tally(lambda *row: told.append(row))
    for number in range(50):
        tally.leave_out(LeftOut("held out", str(number)))
    assert len(told) == 50
