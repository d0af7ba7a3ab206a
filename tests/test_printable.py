"""Text from outside, on one line."""

from pathlib import Path

import pytest

from mullama.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("a b", "a b"),
        ("Größe ♫ 音楽", "Größe ♫ 音楽"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x1b[31m\x00\x7f\x9b", r"\x1b[31m\x00\x7f\x9b"),
        ("\u202eabc\u2028", r"\u202eabc\u2028"),
        ("\udcff", r"\udcff"),
        ("\U000e0001", r"\U000e0001"),
        ("caf\udce9.flac", r"caf\udce9.flac"),
        ("a\nmullama: error: b", r"a\nmullama: error: b"),
    ],
)
def test_it_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(Path(text or ".")) == (shown or ".")
    assert printable(text).isprintable()
    shown.encode()
