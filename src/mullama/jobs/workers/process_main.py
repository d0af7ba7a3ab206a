"""The life of a worker process: items come through a pipe, and answers go back.

Does not know who sends them.
"""

import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from enum import Enum, auto
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

from mullama.jobs.workers.work import JobError, cause_of

SIGNALS = {signal.SIGINT, signal.SIGTERM}
"""Blocked while a process starts; the one that was asked decides when it ends."""


class Answer(Enum):
    """What a message from a worker tells."""

    READY = auto()
    DONE = auto()
    """With the result."""
    FAILED = auto()
    """With the cause, which the item's own."""
    ERROR = auto()
    """With an exception and its traceback as text: the job is to end."""


class WorkerTraceback(Exception):  # noqa: N818 - it is shown, and never raised by itself
    """The cause of an exception that was raised in another process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def serve(connection: "Connection[Any, Any]", payload: bytes) -> None:
    """Set up, then answer items until there are no more, or the process that asks has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # many processes of one thread waste least
    try:
        catch, do = _set_up(connection, payload)
        while True:
            connection.send_bytes(_answer(do, catch, connection.recv_bytes()))
    except (EOFError, ConnectionError):
        return  # nobody will fetch what is done here


def set_up(payload: bytes) -> tuple[tuple[type[Exception], ...], Callable[[Any], Any]]:
    """What is caught and the function of one item, in a process that has one thread for it."""
    setup, catch = pickle.loads(payload)
    do = setup()
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    return catch, do


def error_answer(error: Exception) -> tuple[Answer, Exception, str]:
    """An exception as it can be sent; one that would not arrive becomes a JobError of its text."""
    text = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - pickling calls whatever the exception's class defines
        error = JobError(f"{type(error).__name__}: {cause_of(error)}")
    return Answer.ERROR, error, text


def _set_up(
    connection: "Connection[Any, Any]", payload: bytes
) -> tuple[tuple[type[Exception], ...], Callable[[Any], Any]]:
    try:
        found = set_up(payload)
    except Exception as error:
        connection.send_bytes(pickle.dumps(error_answer(error)))
        raise EOFError from error
    connection.send_bytes(pickle.dumps((Answer.READY,)))
    return found


def _answer(do: Callable[[Any], Any], catch: tuple[type[Exception], ...], item: bytes) -> bytes:
    try:
        return pickle.dumps((Answer.DONE, do(pickle.loads(item))))
    except catch as error:
        return pickle.dumps((Answer.FAILED, cause_of(error)))
    except Exception as error:  # noqa: BLE001 - it is raised again where the job was started
        return pickle.dumps(error_answer(error))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
