"""Measures what each extra adds to an installation, and writes the table of docs/install.md.

python docs/make_extras.py [FOLDER ...]    (folders of packages besides this environment's own)

An extra adds the packages that it needs, with all that these need, and that mullama alone does not. Their
sizes are those of the files that their own lists name, as they lie on this disk.
"""

import platform
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from marked import fill
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

DOCS = Path(__file__).parent
PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
PURPOSES = {
    "retrieval": "the published kNN index, `--retrieval`",
    "train": "curves and TensorBoard of `mullama train`",
    "wandb": "Weights & Biases, `mullama train --wandb`",
    "musicqa": "writers behind an endpoint, parquet, Hugging Face data sets",
    "evaluate": "metrics of `mullama evaluate`, and apps as systems",
    "serve": "`mullama serve`",
    "remote": "answers of a vLLM, `--engine vllm:URL`",
    "demo": "`mullama demo`",
    "gguf": "GGUF files, read and written",
    "quantize": "`--quantize` on a GPU",
    "ray": "`--engine ray`",
    "tags": "tags in music files, `mullama catalogue --write-tags`",
    "beets": "the plug-in for beets",
    "llm": "the plug-in for llm",
    "lmms-eval": "the plug-in for lmms-eval",
    "listening": "other people's scores and labels of recordings, `recipes/listening.yaml`",
    "show": "`mullama show`",
    "docs": "`make docs`",
    "test-core": "the core's tests",
    "test": "all tests, `make test`",
    "lint": "`make lint`, `make wheel`",
    "tools": "`make lock`",
}
"""Extra -> what it is for."""
FOUND = {
    canonicalize_name(distribution.metadata["Name"]): distribution
    for distribution in reversed([*distributions(path=[*sys.path, *sys.argv[1:]])])
}
"""Name -> what is installed under it; the first on the path counts."""


def needed(requirements: Iterable[str]) -> set[str]:
    """Names of the packages that these lines ask for here, and of all that those need."""
    names: set[str] = set()
    todo, seen = [(line, "") for line in requirements], set[tuple[str, str]]()
    while todo:
        line, extra = todo.pop()
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for inner in {"", *requirement.extras} - {e for n, e in seen if n == name}:
            seen.add((name, inner))
            todo += [(further, inner) for further in lines(name, inner)]
        if name != PROJECT["name"]:
            names.add(name)
    return names


def lines(name: str, extra: str) -> list[str]:
    """What a package asks for with an extra of its own; what is not installed cannot say."""
    if name == PROJECT["name"]:
        return EXTRAS.get(extra, [])
    return (FOUND[name].requires or []) if name in FOUND else []


def size(distribution: Distribution) -> int:
    """Bytes of its files; compiled Python, which every machine makes itself, is not counted."""
    paths = (Path(str(distribution.locate_file(file))) for file in distribution.files or ())
    return sum(path.stat().st_size for path in paths if path.suffix != ".pyc" and path.is_file())


def row(extra: str, alone: set[str]) -> str:
    """Name, purpose, packages that mullama alone does not bring, and their megabytes."""
    added = needed(EXTRAS[extra]) - alone
    absent = sorted(added - FOUND.keys())
    megabytes = sum(size(FOUND[name]) for name in added & FOUND.keys()) / 1e6
    measured = (
        f"{len(added)} | {megabytes:,.0f}" if not absent else f"not measured: {absent[0]} | -"
    )
    direct = ", ".join(re.split("[><=;]", line)[0] for line in EXTRAS[extra])
    return f"| `{extra}` | {PURPOSES[extra]} | {direct} | {measured} |"


def table() -> str:
    """Of all extras, below what mullama needs without any."""
    alone = needed(PROJECT["dependencies"])
    megabytes = {name: size(FOUND[name]) / 1e6 for name in alone & FOUND.keys()}
    torch = megabytes.pop("torch")
    about = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return "\n".join(
        [
            f"Measured with {about} and torch {FOUND['torch'].version} by `python docs/make_extras.py`.",
            f"Without any extra: {len(alone)} packages, {sum(megabytes.values()):,.0f} MB,"
            f" and {torch:,.0f} MB for torch.",
            "",
            "| extra | for | asks for | packages | MB |",
            "|---|---|---|---|---|",
            *(row(extra, alone) for extra in EXTRAS),
        ]
    )


if __name__ == "__main__":
    fill(DOCS / "install.md", {"extras": table()})
