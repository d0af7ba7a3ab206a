"""What a file can hold."""

from mullama.data.utf8 import is_text


def test_text() -> None:
    assert is_text("")
    assert is_text("Größe \U0001f3b5\u2028")
    assert not is_text("half a pair: \ud83c")
