"""What is imported is declared, what is declared is locked, and the bounds are those that are tried."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
DISTRIBUTIONS = {"faiss": "faiss-cpu", "google": "protobuf", "yaml": "pyyaml"}
"""Top-level modules that another name is installed by."""
PLUGINS = ROOT / "src" / "mullama" / "plugins"
"""Modules that their hosts import: their host is there, though only an extra declares it."""
BEHIND_EXTRAS = (PLUGINS, ROOT / "src" / "mullama" / "serving")
"""Imported only where an extra is installed."""
OPEN = ("torch", "triton", "nvidia", "cuda")
"""What `make lock` leaves to whoever installs: a build for the CPU, or for which CUDA."""


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    found = [line.split("==") for line in lines if not line.startswith("#")]
    assert len({name for name, _ in found}) == len(found), "a package is pinned twice"
    return dict(found)


def requirements(extra: str) -> Iterator[Requirement]:
    """Those of an extra, and of the extras that it names."""
    for requirement in map(Requirement, EXTRAS[extra]):
        if requirement.name == PROJECT["name"]:
            for inner in requirement.extras:
                yield from requirements(inner)
        else:
            yield requirement


def imported(tree: ast.AST, *, inside: bool) -> Iterator[str]:
    """Distributions that a module imports: everywhere, or (not `inside`) when it is imported itself."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
        elif inside or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If):
            yield from imported(node, inside=inside)


def third_parties(*, inside: bool) -> dict[str, Path]:
    """Each third party's distribution -> a file of src/ that imports it."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        if not inside and not set(BEHIND_EXTRAS).isdisjoint(path.parents):
            continue
        for module in imported(ast.parse(path.read_text()), inside=inside):
            top = module.partition(".")[0]
            if top != PROJECT["name"] and top not in sys.stdlib_module_names:
                found[canonicalize_name(DISTRIBUTIONS.get(top, top))] = path
    return found


def test_what_is_imported_is_declared() -> None:
    declared = names(PROJECT["dependencies"])
    optional = set[str]().union(*map(names, EXTRAS.values()))
    for name, path in third_parties(inside=False).items():
        assert name in declared, f"{path} imports {name}: declare it, or import it where it is used"
    for name, path in third_parties(inside=True).items():
        assert name in declared | optional, f"{path} imports {name}, which nothing declares"


def test_what_is_declared_is_imported() -> None:
    assert names(PROJECT["dependencies"]) <= set(third_parties(inside=True))


@pytest.mark.parametrize("extra", ["test", "beets", "lint", "tools"])
def test_the_lock_holds_what_make_installs(extra: str) -> None:
    locked = pins("constraints")
    for requirement in [*map(Requirement, PROJECT["dependencies"]), *requirements(extra)]:
        if requirement.name not in OPEN:
            version = locked.get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement.name} is not locked: make lock"
            assert requirement.specifier.contains(version), f"{requirement}: make lock"


@pytest.mark.parametrize("name", ["constraints", "oldest"])
def test_locks_leave_the_build_of_torch_open(name: str) -> None:
    found = pins(name)
    assert not [package for package in found if re.split("[-_]", package)[0] in OPEN]
    assert not [version for version in found.values() if "+" in version or ";" in version]


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    oldest = pins("oldest")
    for requirement in [*map(Requirement, PROJECT["dependencies"]), *requirements("test")]:
        if requirement.name not in OPEN:
            bounds = {bound.operator: bound.version for bound in requirement.specifier}
            version = oldest[canonicalize_name(requirement.name)]
            assert SpecifierSet(f"=={bounds['>=']}").contains(version), (
                f"{requirement}, but the oldest that can be installed is {version}: make lock"
            )
