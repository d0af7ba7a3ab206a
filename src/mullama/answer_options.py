"""Where answers are made: the options of an engine elsewhere, each written here alone. Imports no torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.errors import UsageError
from mullama.options import Bounds, Flag, Options

KIND = "vllm:"
"""What an address of another engine begins with."""
KEY_VARIABLE = "MULLAMA_ENGINE_KEY"
"""The environment's key for that server, where the list of processes does not show it."""


@dataclass(frozen=True, kw_only=True)
class AnswerOptions(Options):
    """Another engine that answers, while music is heard here."""

    answer_at: Annotated[str | None, Flag("vllm:URL")] = None
    """Answer there, by a vLLM that serves what `mullama export` wrote, such as vllm:http://127.0.0.1:8001;
    its key is MULLAMA_ENGINE_KEY in the environment (default: here)."""
    adapters: Annotated[Path | None, Flag("DIR")] = None
    """With --answer-at: where songs are written, which vLLM reads under the same name (default:
    ~/.cache/mullama/adapters)."""
    adapters_mb: Annotated[float, Bounds(0.001, 100_000_000), Flag("MB")] = 1024.0
    """With --answer-at: disk for songs; those least recently asked about leave vLLM and the disk."""
    tensor_parallel: Annotated[int, Bounds(1, 1024), Flag("N")] = 1
    """With --answer-at: as in `mullama export`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.answer_at is not None and not self.answer_at.startswith(KIND):
            raise UsageError(f"answers are made here or at {KIND}URL, not at {self.answer_at!r}")
        if self.answer_at is None and (self.adapters or self.tensor_parallel > 1):
            raise UsageError("--adapters and --tensor-parallel go with --answer-at vllm:URL")

    @property
    def url(self) -> str:
        """The server's address, without what kind it is."""
        return (self.answer_at or "").removeprefix(KIND)

    @property
    def folder(self) -> Path:
        """Where adapters are written."""
        return self.adapters or Path.home() / ".cache" / "mullama" / "adapters"
