"""A short file is read whole; one without an end is not."""

from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.jobs.small_text import read_small_text


def test_text_is_read_without_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_bytes("\ufeffünï\r\n".encode())
    assert read_small_text(path, "the keys") == "ünï\r\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/dev/zero", "it has more than 1,048,576 bytes"),
        ("none", "No such file"),
        (".", "Is a directory"),
        ("bytes", "it is not text in UTF-8"),
        ("a\0b", "null"),
    ],
)
def test_what_is_none_gets_one_line(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=f"cannot read the keys .*{said}"):
        read_small_text(tmp_path / name, "the keys")
