"""Items and what is done with each become the lines of a file: begun, gone on with, or already whole."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mullama.jobs.atomic import told_as
from mullama.jobs.keys import Key
from mullama.jobs.log import JsonlLog
from mullama.jobs.outcome import Outcome
from mullama.jobs.records import Record, RecordFormat
from mullama.jobs.run import run
from mullama.jobs.workers import Work, here, processes
from mullama.jobs.workers.work import Item


def run_logged(
    items: Sequence[Item],
    work: Work[Item, Record],
    path: Path,
    form: RecordFormat[Record],
    *,
    key: Callable[[Item], Key],
    workers: int,
    unit: str,
) -> Outcome:
    """Do what `path` does not have yet, in so many processes. Raises the form's `error_type`."""
    with told_as(path.parent, form.error_type):
        path.parent.mkdir(parents=True, exist_ok=True)
    mapper = here(work) if workers <= 1 else processes(work, workers)
    log = JsonlLog[Record](path, form)
    return run(items, mapper, log, key=key, total=len(items), unit=unit)
