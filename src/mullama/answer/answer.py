"""What comes out: an answer with how it came about. Imports no torch."""

from dataclasses import asdict, dataclass
from typing import Any

CAPTIONS = {"short": "Describe the audio", "long": "Describe the audio in detail"}
"""The questions whose answers are captions, by length: the first two of MusicQA's fixed four."""


@dataclass(frozen=True)
class Answer:
    """What came out, and how. `str()` of it is its text."""

    text: str
    question: str
    audio: str
    """The file that was listened to, or what the caller named the sound."""
    token_ids: list[int]
    """Without the final end-of-sequence token."""
    token_logprobs: list[float]
    """Natural logarithms under the model itself, whatever the sampling."""
    finish_reason: str
    """`stop` when the model ended by itself, `length` when it was cut."""
    seconds_heard: float
    seconds_total: float | None
    """None where the container does not tell and not all of it was read."""
    model: str

    def __str__(self) -> str:
        return self.text

    def as_record(self) -> dict[str, Any]:
        """What a line of `mullama ask --json` holds: the text as "answer", and all else."""
        values = asdict(self)
        return {"answer": values.pop("text"), **values}
