"""Whatever stands in a line, it is an object or one clear error."""

import io
from typing import Any

import pytest

from mullama.jobs.jsonl import MAX_DIGITS, MAX_LINE_BYTES, from_line, lines_of, to_line

BAD = {
    b"": "not JSON",
    b"{": "not JSON: .*column 2",
    b'{"a": NaN}': "NaN",
    b'{"a": -Infinity}': "-Infinity",
    b'{"a": 1e999}': "too large",
    b'{"a": ' + b"9" * 10_000 + b"}": "10000 digits",
    b'{"a":' * 100_000: "^it is nested too deeply$",
    b"[" * 100_000: "nested too deeply",
    b"[1]": "^it is JSON, but not an object$",
    b"1": "not an object",
    b"\xff\xfe{\0}\0": "^it is not UTF-8$",
    b"\0\0\0": "not JSON",
    b"{} {}": "Extra data",
}


@pytest.mark.parametrize("content", BAD, ids=range(len(BAD)))
def test_what_is_not_an_object(content: bytes) -> None:
    with pytest.raises(ValueError, match=BAD[content]) as caught:
        from_line(content)
    assert len(str(caught.value)) < 100
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [{}, {"a": [1, 2.5, None, True, "ü\n\u2028\0"]}, {"name": "bad-\udce9", "b": {"c": -(10**50)}}],
)
def test_objects_come_back(values: dict[str, Any]) -> None:
    line = to_line(values)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert from_line(line[:-1]) == values
    line.decode()


def test_text_stays_readable() -> None:
    assert to_line({"a": "très"}) == '{"a": "très"}\n'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), "x" * MAX_LINE_BYTES])
def test_what_cannot_be_a_line(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        to_line({"a": value})


@pytest.mark.parametrize("extra", [-2, -1, 0, 1, 2, MAX_LINE_BYTES, 3 * MAX_LINE_BYTES])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_long_lines_are_passed_over(extra: int, end: bytes) -> None:
    long = b"x" * (MAX_LINE_BYTES + extra)
    file = io.BytesIO(b"a\n\n" + long + b"\nb\n" + long + end)
    found = list(lines_of(file))
    assert [line.number for line in found] == [1, 2, 3, 4, 5]
    assert [line.ended for line in found] == [True] * 4 + [bool(end)]
    content = long if extra <= 0 else None
    assert [line.content for line in found] == [b"a", b"", content, b"b", content]
    for line, begin in zip(found, [0, 2, 3, 4 + len(long), 6 + len(long)], strict=True):
        assert line.begin == begin
    assert [line.blank for line in found] == [False, True, False, False, False]
    with pytest.raises(ValueError, match="longer than"):
        from_line(None)


def test_limits_are_reached_and_not_passed() -> None:
    room = MAX_LINE_BYTES - len(to_line({"a": ""})) + 1
    assert len(to_line({"a": "x" * room})) == MAX_LINE_BYTES + 1
    with pytest.raises(ValueError, match=f"it takes {MAX_LINE_BYTES + 1} bytes"):
        to_line({"a": "x" * (room + 1)})
    digits = "9" * MAX_DIGITS
    assert from_line(f'{{"a": {digits}}}'.encode()) == {"a": int(digits)}
    with pytest.raises(ValueError, match=f"has {MAX_DIGITS + 1} digits"):
        from_line(f'{{"a": {digits}9}}'.encode())


def test_a_number_that_is_none_is_not_written_whatever_stands_beside_it() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_line({"\ud800": float("nan")})
