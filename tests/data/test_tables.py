"""Rows with their place; what cannot be read is counted and named, never fatal."""

from pathlib import Path

import pytest

from mullama.data import tables
from mullama.data.tables import Table, json_rows
from mullama.data.tally import MALFORMED, Tally
from mullama.errors import UsageError


def rows(path: Path, tally: Tally, **how: object) -> list[dict[str, str]]:
    table = Table(path, ("id", "text"), **how)  # type: ignore[arg-type]
    return [row.cells for row in table.rows(tally)]


def test_rows_with_quotes_line_ends_and_a_mark_of_byte_order(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes('\ufeffid,text\r\n1,"a, ""b""\nc"\r\n\r\n2,ü\r\n'.encode())
    tally = Tally()
    assert rows(path, tally) == [{"id": "1", "text": 'a, "b"\nc'}, {"id": "2", "text": "ü"}]
    assert not tally.left_out


def test_bad_rows_are_counted_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    wide = b"9," + b"x" * 200_000
    path.write_bytes(b'id,text\n1\n2,"two\nlines"\n3,a,b\n4,\xff\n' + wide + b"\n6,fine\n")
    told: list[str] = []
    tally = Tally(lambda reason, what: told.append(what))
    assert [row["id"] for row in rows(path, tally)] == ["2", "6"]
    assert tally.left_out == {MALFORMED: 4}
    assert [line.removeprefix(f"{path}, line ") for line in told] == [
        "2: 1 columns, expected 2",
        "5: 3 columns, expected 2",
        "6, column 'text': is not UTF-8",
        "7: field larger than field limit (131072)",
    ]


def test_an_unclosed_quote_costs_its_rows_only_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text\n1,fine\n" + '2,"open\n' + "x\n" * 70_000 + "3,fine\n")
    tally = Tally()
    first, *_ = rows(path, tally)
    assert first["id"] == "1"
    assert tally.left_out[MALFORMED] >= 1


def test_another_header_is_another_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id;text\n1;a\n")
    with pytest.raises(UsageError, match=r"t\.csv, line 1: no column 'id', 'text'"):
        rows(path, Tally())
    path.write_text("id,text,text\n1,a,b\n")
    with pytest.raises(UsageError, match="twice"):
        rows(path, Tally())
    path.write_text(f"id,{'x' * 200_000}\n")
    with pytest.raises(UsageError, match="line 1: no header: field larger"):
        rows(path, Tally())
    path.write_bytes(b"")
    with pytest.raises(UsageError, match="there are none"):
        rows(path, Tally())
    with pytest.raises(UsageError, match=r"none\.csv cannot be read"):
        rows(tmp_path / "none.csv", Tally())


def test_a_file_without_line_ends_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MAX_LINE", 100)
    path = tmp_path / "t.csv"
    path.write_text("id,text\n" + "x" * 101)
    with pytest.raises(UsageError, match="line 2 is too long"):
        rows(path, Tally())


def test_unquoted_and_open_ended(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text('id\ttext\n1\t"a\tb\tc\n')
    table = Table(path, ("id",), delimiter="\t", quoted=False, open_ended=True)
    (row,) = table.rows(Tally())
    assert row.cells == {"id": "1", "text": '"a'}
    assert row.rest == ("b", "c")


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"id": 1}\n\n{"id": }\n[1]\n' + "[" * 100_000 + '\n{"id": "a\u2028b"}\n{"id": "\\ud800"}\n'
    )
    tally = Tally()
    assert [(row.line, row.cells["id"]) for row in json_rows(path, tally)] == [
        (1, 1),
        (6, "a\u2028b"),
    ]
    assert tally.left_out[MALFORMED] == 4
    assert "line 3: it is not JSON: Expecting value, column 8" in tally.lines()[1]


def test_json_lines_of_any_kind_are_counted_at_most(tmp_path: Path) -> None:
    """Fault 12: an integer of 10,000 digits in a row ended the program."""
    path = tmp_path / "t.jsonl"
    digits = b'{"id": ' + b"7" * 10_000 + b"}\n"
    lines = [b'\xef\xbb\xbf{"id": 1}\n', digits, b'{"id": "caf\xe9"}\n']
    path.write_bytes(b"".join(lines) + b"x" * (1 << 21) + b'\n{"id": 5}')
    told: list[str] = []
    tally = Tally(lambda reason, what: told.append(what))
    assert [row.line for row in json_rows(path, tally)] == [1, 5]
    assert [line.removeprefix(f"{path}, line ") for line in told] == [
        "2: a number has 10000 digits",
        "3: it is not UTF-8",
        "4: the line is longer than 1048576 bytes",
    ]
    with pytest.raises(UsageError, match=r"none\.jsonl cannot be read"):
        list(json_rows(tmp_path / "none.jsonl", tally))
