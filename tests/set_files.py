"""What the tests of sets ask their fixtures for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mullama.evaluation.items import EvaluationSet

Read = Callable[..., EvaluationSet]
"""(name of the set, file or folder, folders of audio) -> the set."""
Write = Callable[[str, Any], Path]
"""(name of a file, its rows) -> the file."""
