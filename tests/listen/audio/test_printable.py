from pathlib import Path

import pytest

from mullama.listen.audio.printable import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Füße, 歌.mp3", "Füße, 歌.mp3"),
        ("two\u3000words", "two\u3000words"),
        ("caf\udce9.flac", r"caf\udce9.flac"),
        ("a\nmullama: error: b", r"a\nmullama: error: b"),
        ("\x1b[2J\x7f", r"\x1b[2J\x7f"),
        ("right\u202eto left", r"right\u202eto left"),
        ("line\u2028end", r"line\u2028end"),
    ],
)
def test_a_name_is_shown_on_one_line_that_can_be_encoded(name: str, shown: str) -> None:
    assert printable(name) == printable(Path(name)) == shown
    shown.encode()
    assert printable(shown) == shown
