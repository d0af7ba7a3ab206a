"""A file of keys and values is read; everything else gets one line that names the file."""

from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.options.yaml_file import read_yaml


def test_keys_and_values_are_read(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("name: ünï\nphases: [{steps: 3}]\n", encoding="utf-8")
    assert read_yaml(path) == {"name": "ünï", "phases": [{"steps": 3}]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"- a\n- b\n", "expected keys and values, got ['a', 'b']"),
        (b"", "expected keys and values, got None"),
        (b"a: [\n", "cannot read recipe"),
        (b"a: \xff\n", "cannot read recipe"),
        (b"a: !!python/object/apply:os.system ['true']\n", "cannot read recipe"),
        (b"[" * 5000, "cannot read recipe"),
        (b"a: 1\nphases:\n- {b: 1, b: 2}\n", "'b' is there twice"),
        (b"a: 1\n'a': 2\n", "'a' is there twice"),
        (b"{[1]: 2, [1]: 3}\n", "cannot read recipe"),
    ],
)
def test_what_is_none_gets_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_yaml(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read table .*none\.yaml: .*No such file"):
        read_yaml(tmp_path / "none.yaml", "table")


def test_defaults_that_are_merged_may_be_said_again(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}\n")
    assert read_yaml(path)["d"] == {"b": 3, "c": 2}


def test_what_is_named_again_and_again_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    lists = ["- &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lists += [f"- &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    path.write_text("\n".join(lists))
    with pytest.raises(UsageError, match="expected keys and values") as caught:
        read_yaml(path)
    assert len(str(caught.value)) < 300
