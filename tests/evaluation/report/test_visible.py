import pytest

from mullama.evaluation.report.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\r\nand a\ttab", "two\nlines\nand a\ttab"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("bell\x07 and \x1b[31mred", "bell\\x07 and \\x1b[31mred"),
        ("half \ud800 a pair", "half \\ud800 a pair"),
        ("line\u2028separator", "line\\u2028separator"),
        ("שלום, ¿qué?", "שלום, ¿qué?"),
        ("", ""),
    ],
)
def test_what_hides_or_turns_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown
    shown.encode()  # and can be written
