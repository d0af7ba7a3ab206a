"""A name becomes what it stands for; rows of other packages come from installed metadata."""

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from mullama.errors import CheckpointError, UsageError
from mullama.registry import Registry

GROUP = "mullama.tests"
ROWS = {"fraction": "fractions:Fraction", "path": "pathlib:Path"}


def registry(**settings: object) -> Registry[type]:
    return Registry[type]("number", ROWS, entry_points=GROUP, **settings)  # type: ignore[arg-type]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Put a distribution on sys.path: its name, its rows, and the code of its one module."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(name: str, rows: str, code: str = "class Mine: pass") -> None:
        module = name.replace("-", "_")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(rows)
        (tmp_path / f"{module}.py").write_text(code)
        monkeypatch.delitem(sys.modules, module, raising=False)

    return put


Install = Callable[..., None]


def test_ours_are_imported_when_asked_for() -> None:
    numbers = registry()
    assert numbers.load("fraction") is Fraction
    assert numbers.names() == ["fraction", "path"]
    assert "path" in numbers
    assert "no" not in numbers
    lazy = Registry[object]("verb", {"never": "no_such_module:x", "whole": "mullama.errors"})
    assert lazy.load("whole") is sys.modules["mullama.errors"]
    with pytest.raises(ImportError):
        lazy.load("never")


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(UsageError) as caught:
        registry().load("fractoin")
    assert str(caught.value) == (
        "no number is called 'fractoin'; there are: fraction, path; did you mean 'fraction'?"
    )
    with pytest.raises(CheckpointError, match=r"there are: fraction, path$"):
        registry(error=CheckpointError).load("zzz")


def test_a_row_can_be_added_once() -> None:
    numbers = registry()
    numbers.register("int", int)
    numbers.register("text", "builtins:str")
    assert (numbers.load("int"), numbers.load("text")) == (int, str)
    assert "int" in numbers.names()
    with pytest.raises(UsageError, match="there is a number called 'int' already"):
        numbers.register("int", float)
    assert "int" not in registry().names()


def test_another_package_adds_rows(install: Install) -> None:
    numbers = registry()
    assert "mine" not in numbers
    install("their-numbers", f"[{GROUP}]\nmine = their_numbers:Mine\n[other]\nnot = x:y\n")
    assert numbers.names() == ["fraction", "path", "mine"]
    assert "mine" in numbers
    assert numbers.load("mine").__module__ == "their_numbers"
    with pytest.raises(UsageError, match="there are: fraction, path, mine; did you mean 'mine'"):
        numbers.load("mien")
    assert "mine" not in Registry[type]("number", ROWS)


def test_ours_win(install: Install) -> None:
    install("their-numbers", f"[{GROUP}]\nfraction = their_numbers:Mine\n")
    assert registry().load("fraction") is Fraction
    assert registry().names() == ["fraction", "path"]


def test_installed_packages_are_not_read_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AssertionError

    monkeypatch.setattr("mullama.registry.distributions", fail)
    assert registry().load("fraction") is Fraction
    assert "fraction" in registry()


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("no_such_module:x", "", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("their_numbers:Absent", "", "AttributeError: "),
        ("their_numbers:Mine", "raise RuntimeError('first\\nsecond')", "RuntimeError: first"),
        ("their_numbers:Mine", "def (", "SyntaxError: "),
        ("!!", "", "AttributeError: "),
    ],
)
def test_a_row_that_cannot_be_imported_names_its_package(
    install: Install, row: str, code: str, said: str
) -> None:
    install("their-numbers", f"[{GROUP}]\nmine = {row}\n", code)
    with pytest.raises(UsageError) as caught:
        registry().load("mine")
    assert f"number 'mine' of package their-numbers cannot be loaded: {said}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert registry().load("fraction") is Fraction


def test_metadata_that_cannot_be_read_is_named(install: Install, tmp_path: Path) -> None:
    install("broken-one", f"[{GROUP}]\nnothing here\n")
    install("broken-two", "")
    (tmp_path / "broken_two-1.0.dist-info" / "entry_points.txt").write_bytes(b"\xff\xfe")
    assert registry().names() == ["fraction", "path"]
    with pytest.raises(UsageError) as caught:
        registry().load("mine")
    for name in ("broken-one", "broken-two"):
        assert f"; package {name} has unreadable entry points" in str(caught.value)
