"""What one browser tab has heard and been told. Plain values: knows neither engine nor page."""

from dataclasses import dataclass, field
from typing import Any

from mullama import __version__


@dataclass
class Turn:
    """A question and its answer, as far as that has come."""

    question: str
    answer: str = ""
    ended: str | None = None
    """`stop`, `length` (cut), `cancelled` or `failed`; None while it is being answered."""
    seconds: float = 0.0
    """From the question to the end of the answer, with waiting and listening."""
    tokens: int = 0
    known: bool = True
    """Whether the music needed no listening any more."""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Conversation:
    """A piece of music, and what was said about it."""

    path: str
    name: str
    """What its owner calls it."""
    seconds_heard: float
    seconds_total: float | None
    listening_seconds: float
    """What hearing it took."""
    warnings: tuple[str, ...] = ()
    turns: list[Turn] = field(default_factory=list)


@dataclass
class Visit:
    """The conversations of one tab, and the one that is on the page."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    current: str | None = None
    notice: str = ""
    """What went wrong last."""
    listening: str = ""
    """The music that is being listened to right now."""
    opened: int = 0
    """How many pieces there have been: numbers are not used twice."""

    @property
    def conversation(self) -> Conversation | None:
        """The one on the page."""
        return None if self.current is None else self.conversations[self.current]

    def open(self, conversation: Conversation) -> None:
        """Put a new piece of music on the page."""
        self.opened += 1
        self.current = str(self.opened)
        self.conversations[self.current] = conversation

    def leave(self) -> None:
        """Make room on the page for another piece; this one stays among the conversations."""
        self.current = None

    def forget(self) -> None:
        """Forget the piece on the page; the one before it comes back."""
        if self.current is not None:
            del self.conversations[self.current]
        self.current = next(reversed(self.conversations), None)

    def as_json(self, model: str) -> dict[str, Any]:
        """All conversations, for a file: what was asked, answered, and how."""
        return {
            "model": model,
            "mullama": __version__,
            "conversations": [_as_json(one) for one in self.conversations.values()],
        }


def _as_json(conversation: Conversation) -> dict[str, Any]:
    return {
        "audio": conversation.name,
        "seconds_heard": conversation.seconds_heard,
        "seconds_total": conversation.seconds_total,
        "warnings": list(conversation.warnings),
        "turns": [
            {
                "question": turn.question,
                "answer": turn.answer,
                "finish_reason": turn.ended,
                "seconds": round(turn.seconds, 3),
                "tokens": turn.tokens,
                "options": turn.options,
            }
            for turn in conversation.turns
        ],
    }
