"""A field is all that declares an option; where its docstring is read from."""

import subprocess
import sys
import zipfile
from argparse import ArgumentParser
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import Annotated

import mullama
from mullama.options import (
    Bounds,
    add_flags,
    from_flags,
    from_mapping,
    given,
    given_flags,
    options_of,
    schema,
)
from option_kinds import Kinds


@dataclass(frozen=True, kw_only=True)
class Wider(Kinds):
    """As `Kinds`, with one field more."""

    hop: Annotated[int, Bounds(1, 512)] = 160
    """Samples between frames."""


def test_a_new_field_is_a_flag_a_key_and_a_property() -> None:
    parser = ArgumentParser()
    add_flags(parser, Wider)
    assert "--hop N" in parser.format_help()
    assert "Samples between frames (default: 160)" in parser.format_help()
    arguments = parser.parse_args(["--out", "a", "--hop", "20"])
    assert from_flags(Wider, arguments).hop == 20
    assert given_flags(Wider, arguments)["hop"] == 20
    assert from_mapping(Wider, {"out": "a", "hop": 30}).hop == 30
    assert given(Wider, {"hop": 40}) == {"hop": 40}
    assert schema(Wider)["properties"]["hop"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 512,
        "description": "Samples between frames.",
        "default": 160,
    }


def test_docstrings_come_from_the_class_and_its_bases() -> None:
    docs = {name: option.doc for name, option in options_of(Wider).items()}
    assert docs["hop"] == "Samples between frames."
    assert docs["out"] == "Where it goes: 100% of it, on one line."
    assert docs["count"] == ""


def test_a_class_inside_a_function_has_them_too() -> None:
    @dataclass
    class Local:
        x: int = 0
        """Where it stands."""

    assert options_of(Local)["x"].doc == "Where it stands."


def test_a_class_without_source_has_none() -> None:
    made = make_dataclass("Made", [("x", int, 0)])
    assert options_of(made)["x"].doc == ""


def test_an_installed_package_has_them(tmp_path: Path) -> None:
    """Packed, imported from the archive, beside this package's own classes."""
    root = Path(mullama.__file__).parent
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        for path in root.rglob("*.py"):
            archive.write(path, path.relative_to(root.parent))
    code = "from mullama.answer.sampling import Sampling as S; from mullama.options import *; "
    code += "print(__import__('mullama').__file__); print(options_of(S)['top_p'].doc)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, 'packed.zip'); {code}"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    where, doc = done.stdout.splitlines()
    assert "packed.zip" in where
    assert doc.startswith("Keep the most likely tokens")


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, mullama.options, mullama.registry, mullama.answer.sampling; "
    code += "print(sys.modules.keys() & {'torch', 'numpy', 'transformers', 'yaml'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_bounds_include_their_ends_and_no_infinity() -> None:
    assert all(x in Bounds(0, 1) for x in (0, 1, 0.5))
    assert not any(x in Bounds(0) for x in (-1e-9, float("inf"), float("nan")))
    assert (str(Bounds(0, 0.5)), str(Bounds(1))) == ("from 0 to 0.5", ">= 1")
    assert 2**63 - 1 in Bounds(0, 2**63 - 1)
    assert 2**63 not in Bounds(0, 2**63 - 1)
