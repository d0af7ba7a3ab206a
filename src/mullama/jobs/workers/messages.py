"""Work, items and answers <-> bytes that travel between processes of one program, on one machine or many.

They are pickled, as both ends run the same program; nothing from outside is read here.
"""

import pickle
import sys
import traceback
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from mullama.jobs.workers.work import Item, JobError, Result, Work, cause_of

Caught = tuple[type[Exception], ...]


class Answer(Enum):
    """What a worker tells, with what."""

    READY = auto()
    DONE = auto()
    """With the result."""
    FAILED = auto()
    """With the cause, which is the item's own."""
    ERROR = auto()
    """With an exception and its traceback as text: the job is to end."""


class WorkerTraceback(Exception):  # noqa: N818 - it is shown, and never raised by itself
    """The cause of an exception that was raised in another process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def pack_work(work: Work[Any, Any], dumps: Callable[[Any], bytes] = pickle.dumps) -> bytes:
    """What a worker needs; `dumps` raises for a `setup` that it cannot take apart."""
    return pickle.dumps((list(sys.path), dumps((work.setup, work.catch))))


def unpack_work(payload: bytes) -> tuple[Callable[[Any], Any], Caught]:
    """Import what the work needs and set it up: the function of one item, and what is caught."""
    paths, inner = pickle.loads(payload)
    sys.path += [path for path in paths if path not in sys.path]
    setup, catch = pickle.loads(inner)
    return setup(), catch


def pack(answer: Answer, *content: Any) -> bytes:
    """An answer that `unpack` reads."""
    return pickle.dumps((answer, *content))


def pack_error(error: Exception) -> bytes:
    """An exception; one that would not arrive becomes a JobError of its text."""
    text = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - pickling calls whatever the exception's class defines
        error = JobError(f"{type(error).__name__}: {cause_of(error)}")
    return pack(Answer.ERROR, error, text)


def is_ready(message: bytes) -> bool:
    """Whether a worker tells that it is set up."""
    return message == _READY


def unpack(work: Work[Item, Result], item: Item, message: bytes) -> Result:
    """The result that an answer tells; raises the exception of one that tells an error."""
    answer, *content = pickle.loads(message)
    if answer is Answer.ERROR:
        error, text = content
        raise error from WorkerTraceback(text)
    value: Any = content[0]
    return value if answer is Answer.DONE else work.failure(item, value)


_READY = pack(Answer.READY)
