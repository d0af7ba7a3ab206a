"""What every system is: requests in, replies out, and a fingerprint of all that decides them.

A system is made cheaply, of its options and the items that it may be asked; it loads what it needs
when it is first asked, since a worker does that in a process of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from mullama.errors import MuLlamaError, UsageError
from mullama.evaluation.items import Item
from mullama.jobs.workers.work import cause_of
from mullama.options import Options

MAX_ANSWER = 100_000
"""Characters; a line of a log holds four times as many bytes."""


@dataclass(frozen=True)
class Request:
    """One question as it is put."""

    item: Item
    """What it was made of; a system that listens uses neither its references nor its file."""
    question: str
    """The whole text, with the options where there are any."""
    audio: Path | None
    """What is listened to, a control's sound as well; None where no audio is given."""


@dataclass(frozen=True)
class Reply:
    """What came back."""

    text: str = ""
    logprobs: tuple[float, ...] = ()
    """Of the item's options, as answers to the question; empty where the system cannot tell."""
    seconds_heard: float | None = None
    """Where the system tells."""
    failed: str = ""
    """Why there is no answer, in one line; empty where there is one."""


class System:
    """Somebody who answers; a subclass says how."""

    options_type: ClassVar[type[Options]] = Options
    """The dataclass of its options; each field is a key of `--system KIND:key=value`."""
    hears: ClassVar[bool] = True
    """Whether it is given the audio; only such a system is asked under controls."""
    batch_size: int = 1
    """Requests that are best put together."""
    concurrency: int = 1
    """Batches that may be under way at a time, in threads: more than one for a remote endpoint."""

    def __init__(self, options: Any = None, items: Sequence[Item] = ()) -> None:
        """`items` are all that it may be asked."""
        self.options: Any = options if options is not None else self.options_type()
        self.items = items

    def describe(self) -> dict[str, Any]:
        """All that decides its answers, as JSON has it: options, seeds, digests of weights.

        Never a secret, and nothing that changes with time. Raises an error of ours for what is not there.
        """
        return as_json(self.options)

    def missing(self) -> list[str]:
        """What is missing before it can be asked, one line each, as far as can be told quickly."""
        try:
            self.describe()
        except MuLlamaError as error:
            return [cause_of(error)]
        return []

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each, in order; what goes wrong with one request is in its reply."""
        raise NotImplementedError


def checked(text: str) -> str:
    """An answer as it is kept, without the white space around it; what UTF-8 lacks is replaced.

    Raises UsageError for an empty one, and for one that is no answer any more.
    """
    answer = text.encode(errors="replace").decode().strip()
    if not answer:
        raise UsageError("the answer is empty")
    if len(answer) > MAX_ANSWER:
        raise UsageError(f"the answer has {len(answer)} characters, and may have {MAX_ANSWER}")
    return answer


def as_json(options: Any) -> dict[str, Any]:
    """A dataclass of options as JSON has it."""
    values = asdict(options) if is_dataclass(options) and not isinstance(options, type) else {}
    return {key: str(value) if isinstance(value, Path) else value for key, value in values.items()}


def each(answer: Callable[[Request], Reply], requests: Sequence[Request]) -> list[Reply]:
    """Replies of a function of one request; an error of ours is that request's own failure."""
    return [attempt(partial(answer, request)) for request in requests]


def attempt(answer: Callable[[], Reply]) -> Reply:
    """The reply, or the failure that an error of ours means."""
    try:
        return answer()
    except MuLlamaError as error:
        return Reply(failed=cause_of(error))
