"""A list of any size is read item by item; what is none is named."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from mullama.data.formats import json_list as module
from mullama.data.formats.json_list import first_item, read_items
from mullama.errors import UsageError


def items(path: Path) -> list[dict[str, Any]]:
    return [item for _, item in read_items(path)]


@pytest.mark.parametrize("block", [1, 7, 1 << 16])
@pytest.mark.parametrize("indent", [None, 2])
def test_items_come_back_wherever_blocks_end(
    block: int, indent: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    stored = [
        {},
        {"a": 'é"]\\u', "b": [1, -2.5e3, {"c": None}], "d": True, "\U0001f3b5": ",}"},
        *({"n": n} for n in range(50)),
    ]
    path = tmp_path / "a.json"
    for some in (stored, stored[:1], []):
        path.write_text(json.dumps(some, indent=indent))
        assert items(path) == some
    path.write_bytes(b'\xef\xbb\xbf [ {"a" : 1}\r\n,\t{"a":2} ] \n')
    assert items(path) == [{"a": 1}, {"a": 2}]


def test_places(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[{}, {}]")
    assert [where for where, _ in read_items(path)] == [f"{path}, item 0", f"{path}, item 1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{}", "a.json: expected a list of items"),
        (b"", "a.json: expected a list of items"),
        (b"[", "item 0: not JSON: the file ends here"),
        (b"[{}", "item 0: not JSON: the file ends here"),
        (b"[{},", "item 1: not JSON: the file ends here"),
        (b"[{}, ]", "item 1: not a JSON object"),
        (b"[{} {}]", "item 0: not JSON: no comma behind it"),
        (b"[1]", "item 0: not a JSON object"),
        (b"[{}, [1]]", "item 1: not a JSON object"),
        (b'[{"a": nope}]' + b" " * 100, "item 0: not JSON: Expecting value"),
        (b'[{}, {"a": "' + b"x" * 100, "item 1: not JSON: Unterminated string"),
        (b"[{}] {}", "there is something behind the list"),
        (b'[{"a": ' + b"[" * 100_000, "item 0: nested too deeply"),
        (b'[{}, {"a": ' + b"7" * 10_000 + b"}]", "item 1: a number has 10000 digits"),
        (b'[{"a": NaN}]', "item 0: a number is NaN"),
        (b'[{"a": "' + b"x" * (2 << 20) + b'"}]', "item 0: has more than 1,048,576 characters"),
    ],
)
def test_what_is_none_is_named(text: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text)
    with pytest.raises(UsageError, match=message) as refused:
        items(path)
    assert len(str(refused.value)) < 300


def test_bad_bytes_are_kept_for_who_knows_the_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"a": "caf\xe9"}]')
    assert items(path) == [{"a": "caf\udce9"}]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("w") as file:
        file.write("[" + ",\n".join([json.dumps({"a": "x" * 1000})] * 10_000) + "]")
    tracemalloc.start()
    assert sum(1 for _ in read_items(path)) == 10_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_first_item(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    assert first_item(path) == {}
    path.write_text('[{"a": 1}, nope')
    assert first_item(path) == {"a": 1}
