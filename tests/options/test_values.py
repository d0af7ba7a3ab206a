"""What is taken for a value, what is refused, and how the line reads."""

from dataclasses import FrozenInstanceError, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mullama.errors import UsageError
from mullama.options import check, from_mapping, given
from option_kinds import Kinds, Nested, Part

FITTING = [
    ({"speed": 1}, 1.0),
    ({"speed": "1e-4"}, 1e-4),
    ({"speed": np.float32(0.5)}, 0.5),
    ({"count": np.int64(4)}, 4),
    ({"top_p": 0}, 0.0),
    ({"seed": None}, None),
    ({"seed": 2**63 - 1}, 2**63 - 1),
    ({"mode": "fsdp"}, "fsdp"),
    ({"workers": 2}, 2),
    ({"workers": "auto"}, "auto"),
    ({"files": ["a", Path("b")]}, (Path("a"), Path("b"))),
    ({"weights": [1, "2"]}, (1.0, 2.0)),
    ({"tags": ["a", "a"]}, frozenset({"a"})),
    ({"keep": False}, False),
    ({"audio": "a.wav"}, Path("a.wav")),
]


@pytest.mark.parametrize(("stored", "value"), FITTING)
def test_a_value_that_fits_takes_the_type_of_its_field(stored: dict[str, Any], value: Any) -> None:
    (name,) = stored
    for made in (Kinds(out=Path("o"), **stored), from_mapping(Kinds, {"out": "o", **stored})):
        assert getattr(made, name) == value
        assert type(getattr(made, name)) is type(value)
    assert given(Kinds, stored) == {name: value}


REFUSED = [
    ({"top_p": 1.2}, "top_p: expected float from 0 to 1, got 1.2"),
    ({"top_p": float("nan")}, "top_p: expected float from 0 to 1, got nan"),
    ({"top_p": True}, "top_p: expected float from 0 to 1, got True"),
    ({"speed": float("inf")}, "speed: expected finite float, got inf"),
    ({"speed": float("-inf")}, "speed: expected finite float, got -inf"),
    ({"speed": 10**400}, "speed: expected finite float, got 1000"),
    ({"speed": "fast"}, "speed: expected finite float, got 'fast'"),
    ({"seed": -1}, f"seed: expected int from 0 to {2**63 - 1}, got -1"),
    ({"seed": 2**63}, f"seed: expected int from 0 to {2**63 - 1}, got {2**63}"),
    ({"count": 2**63}, f"count: expected int, got {2**63}"),
    ({"count": 10**5000}, "count: expected int, got an int of very many digits"),
    ({"count": 1.5}, "count: expected int, got 1.5"),
    ({"count": 2.0}, "count: expected int, got 2.0"),
    ({"count": True}, "count: expected int, got True"),
    ({"count": "3"}, "count: expected int, got '3'"),
    ({"count": None}, "count: expected int, got None"),
    ({"mode": "fspd"}, "mode: expected 'ddp' or 'fsdp', got 'fspd'; did you mean 'fsdp'?"),
    ({"mode": ["ddp"]}, "mode: expected 'ddp' or 'fsdp', got ['ddp']"),
    ({"workers": 1.5}, "workers: expected int or 'auto', got 1.5"),
    ({"files": "a"}, "files: expected list of path, got 'a'"),
    ({"files": ["a", 3]}, "files[1]: expected path, got 3"),
    ({"weights": [1.0, -2.0]}, "weights[1]: expected finite float >= 0, got -2.0"),
    ({"tags": "abc"}, "tags: expected list of str, got 'abc'"),
    ({"keep": 1}, "keep: expected true or false, got 1"),
    ({"audio": ""}, "audio: expected path, got ''"),
    ({"audio": "a\0b"}, r"audio: expected path, got 'a\x00b'"),
    ({"mode": "x" * 10**6}, f"got '{'x' * 76}..."),
]  # fmt: skip


@pytest.mark.parametrize(("stored", "said"), REFUSED, ids=[said[:40] for _, said in REFUSED])
def test_a_value_that_does_not_fit_is_named(stored: dict[str, Any], said: str) -> None:
    for make in (lambda: Kinds(out=Path("o"), **stored), lambda: given(Kinds, stored)):
        with pytest.raises(UsageError) as caught:
            make()
        assert said in str(caught.value)
        assert len(str(caught.value)) < 300
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError) as caught:
        from_mapping(Kinds, {"out": "o", **stored}, "here.yaml")
    assert str(caught.value).startswith(f"here.yaml: {next(iter(stored))}")


def test_nested_to_any_depth() -> None:
    stored = {
        "parts": [{"name": "a"}, {"name": "b", "steps": 2, "rate": "1e-5"}],
        "main": {"name": "c"},
        "extra": {"x": [1, {"y": None}]},
        "shares": {"a": 1},
    }
    made = from_mapping(Nested, stored, "here")
    assert made.parts == (Part(name="a"), Part(name="b", steps=2, rate=1e-5))
    assert made.main == Part(name="c")
    assert made.extra == {"x": [1, {"y": None}]}
    assert made.shares == {"a": 1.0}
    assert from_mapping(Nested, {}) == Nested()


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (3, "here: expected keys and values, got 3"),
        ({"prats": []}, "here: unknown key 'prats'; did you mean 'parts'?"),
        ({1: 2}, "here: unknown key 1; known: parts, main, extra, shares"),
        ({"parts": 3}, "here: parts: expected list of keys and values, got 3"),
        ({"parts": [{}]}, "here: parts[0]: missing key 'name'"),
        ({"parts": [{"name": "a"}, {"name": "b", "step": 1}]},
         "here: parts[1]: unknown key 'step'; did you mean 'steps'?"),
        ({"parts": [{"name": "a", "steps": 0}]}, "here: parts[0]: steps: expected int >= 1, got 0"),
        ({"main": None}, "here: main: expected keys and values, got None"),
        ({"shares": {"a": 2}}, "here: shares: a: expected float from 0 to 1, got 2"),
    ],
)  # fmt: skip
def test_the_place_of_a_fault_is_named(stored: Any, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_mapping(Nested, stored, "here")
    assert str(caught.value) == said


def test_given_fills_in_nothing_and_misses_nothing() -> None:
    assert given(Kinds, {}) == {}
    with pytest.raises(UsageError, match="unknown key 'top-p'; did you mean 'top_p'"):
        given(Kinds, {"top-p": 1})


def test_changes_are_checked_and_fields_stay_frozen() -> None:
    made = Kinds(out=Path("o"))
    with pytest.raises(UsageError, match="top_p"):
        replace(made, top_p=2.0)
    with pytest.raises(FrozenInstanceError):
        made.top_p = 0.5  # type: ignore[misc]


def test_a_type_that_no_option_can_have_is_a_fault_of_the_program() -> None:
    @dataclass(frozen=True)
    class Odd:
        x: complex = 1j

    with pytest.raises(TypeError, match="complex"):
        check(Odd())
