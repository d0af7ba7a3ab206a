"""What a file can hold."""

from mullama.data.utf8 import is_utf8


def test_text() -> None:
    assert is_utf8("")
    assert is_utf8("Größe \U0001f3b5\u2028")
    assert not is_utf8("half a pair: \ud83c")
