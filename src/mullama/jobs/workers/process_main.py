"""The life of a worker process: items come through a pipe, and answers go back.

Does not know who sends them.
"""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

from mullama.jobs.workers.messages import Answer, Caught, pack, pack_error, unpack_work
from mullama.jobs.workers.work import cause_of

SIGNALS = {signal.SIGINT, signal.SIGTERM}
"""Blocked while a process starts; the one that was asked decides when it ends."""


def serve(connection: "Connection[Any, Any]", payload: bytes) -> None:
    """Set up, then answer items until there are no more, or the process that asks has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # many processes of one thread waste least
    try:
        try:
            do, catch = unpack_work(payload)
        except Exception as error:  # noqa: BLE001 - it is raised again where the job was started
            connection.send_bytes(pack_error(error))
            return
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        connection.send_bytes(pack(Answer.READY))
        while True:
            connection.send_bytes(_answer(do, catch, connection.recv_bytes()))
    except (EOFError, ConnectionError):
        return  # the process that asked is gone, and with it the use of this


def _answer(do: Callable[[Any], Any], catch: Caught, item: bytes) -> bytes:
    try:
        return pack(Answer.DONE, do(pickle.loads(item)))
    except catch as error:
        return pack(Answer.FAILED, cause_of(error))
    except Exception as error:  # noqa: BLE001 - it is raised again where the job was started
        return pack_error(error)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
