"""What the figures depend on beside their files: versions of programs."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("mullama", "torch", "transformers", "numpy", "scipy", "soundfile", "soxr")


def versions() -> dict[str, str]:
    """Package -> its version, for those that are installed; and Python's."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
