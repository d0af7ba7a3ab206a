"""A carriage return in a cell does not break its row, and rows end plainly."""

import csv
import io

from mullama.jobs.csv_lines import ROW_END, PlainRowEnds

ROWS = [["a\rb", "c"], ["d\r\n", "\n"], ["e", ""], ["\r\n", "f"]]


def test_rows_are_read_as_they_were_written() -> None:
    file = io.StringIO(newline="")
    csv.writer(PlainRowEnds(file), lineterminator=ROW_END).writerows(ROWS)
    assert list(csv.reader(io.StringIO(file.getvalue(), newline=""))) == ROWS
    assert "e,\n" in file.getvalue()
