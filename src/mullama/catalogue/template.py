"""A Jinja2 template and records -> texts, made in a process of its own that may use little.

A template may be anybody's. Jinja's sandbox keeps it from files and from Python; loops inside loops and
texts of gigabytes end with the process that they are in. Does not know how records come about.
"""

import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from mullama.catalogue.compose import with_trigger, worded_as
from mullama.catalogue.record import CaptionRecord, Field
from mullama.errors import UsageError
from mullama.jobs.safe_paths import is_file
from mullama.jobs.workers import Work, processes
from mullama.jobs.workers.work import JobError, cause_of
from mullama.printable import printable

MAX_TEMPLATE, MAX_TEXT = 20_000, 100_000
"""Characters of a template, and of a text that it makes."""
MAX_SECONDS = 2.0
"""Of the processor, for all texts of one record."""
MORE_MEMORY_BYTES = 1 << 30
"""Of addresses, beyond what the process has when it begins."""
ROWS = 100
"""Records that are sent at once."""
EXAMPLE = CaptionRecord(
    path="example.mp3",
    digest="0" * 64,
    seconds=30.0,
    seconds_heard=30.0,
    text="A calm piece.",
    caption="A calm piece.",
    long_caption="The mood is calm.",
    fields={"tempo": Field("120", 1.0, "The tempo is about 120 BPM.")},
)
Rows = list[list[dict[str, Any]]]
"""Of each record, what the template is given for each of its texts."""
Texts = tuple[list[str], str]
"""Of one record, or why there are none."""


def read_template(given: str) -> str:
    """The template's text: of the file of that name, or as it was given. Raises UsageError."""
    text = given
    if is_file(path := Path(given)):
        try:
            with path.open(encoding="utf-8") as file:
                text = file.read(MAX_TEMPLATE + 1)
        except (OSError, ValueError) as error:
            raise UsageError(f"--template: {path} cannot be read: {error}") from error
    elif "{" not in given:
        raise UsageError(f"--template: {printable(given)[:80]!r} is neither a file nor a template")
    if len(text) > MAX_TEMPLATE:
        raise UsageError(f"--template: at most {MAX_TEMPLATE} characters")
    return text


def check_template(template: str) -> None:
    """Raises UsageError, before anything is heard, for a template that fails for an example."""
    list(worded(template, [EXAMPLE]))


def worded(template: str, records: Iterable[CaptionRecord]) -> Iterator[CaptionRecord]:
    """The records, in order, with the texts that a template makes; raises UsageError where it fails."""
    work: Work[Rows, list[Texts]] = Work(
        partial(_Renderer, template), failed=lambda chunk, why: [([], _ended(why))] * len(chunk)
    )
    mapper = processes(work, 1)
    waiting: list[list[CaptionRecord]] = []

    def chunks() -> Iterator[Rows]:
        coming = iter(records)
        while some := list(islice(coming, ROWS)):
            waiting.append(some)
            yield [_contexts(record) for record in some]

    try:
        for texts in mapper(chunks()):
            for record, (made, why) in zip(waiting.pop(0), texts, strict=True):
                if why:
                    where = "" if record is EXAMPLE else f" for {printable(record.path)}"
                    raise UsageError(f"--template fails{where}: {why}")
                yield worded_as(record, made)
    except JobError as error:
        raise UsageError(f"--template cannot be run: {error}") from error


def _ended(why: str) -> str:
    return "it takes too much time or memory" if "died" in why else why


def _contexts(record: CaptionRecord) -> list[dict[str, Any]]:
    """What the template is given: for the text, then for each variant, with that as the caption."""
    plain = replace(record, variants=())
    sure = {name: record.sure(name) for name in record.fields}
    sure["instruments"] = list(record.instruments)  # type: ignore[assignment]
    known = {**plain.to_json(), **sure}
    captions = (_bare(text, record.trigger) for text in (record.text, *record.variants))
    return [{**known, "caption": caption} for caption in captions]


def _bare(text: str, trigger: str) -> str:
    return text.removeprefix(with_trigger(trigger, ""))


class _Renderer:
    """Runs in the process; its limits are set once all that is needed has been imported."""

    def __init__(self, template: str) -> None:
        from jinja2 import StrictUndefined, TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self.source = template
        self.template: Any = None
        self.environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        self.faults = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError)
        _limit_memory()

    def __call__(self, rows: Rows) -> list[Texts]:
        return [self._texts(contexts) for contexts in rows]

    def _texts(self, contexts: Sequence[Mapping[str, Any]]) -> Texts:
        try:
            with _limited_time():
                # Here, because constants are computed when a template is compiled.
                self.template = self.template or self.environment.from_string(self.source)
                texts = [self._one(context) for context in contexts]
        except self.faults as error:
            return [], printable(cause_of(error))[:300]
        except (MemoryError, RecursionError):
            return [], "it takes too much time or memory"
        return texts, ""

    def _one(self, context: Mapping[str, Any]) -> str:
        text: str = self.template.render(context)
        if len(text) > MAX_TEXT:
            raise ValueError(f"a text has more than {MAX_TEXT} characters")
        text = " ".join(text.split())
        text.encode()  # half of a surrogate pair is no text
        return text


class _limited_time:  # noqa: N801  a context manager, read as a word
    """The system ends the process, whatever it is doing, when its time is over."""

    def __enter__(self) -> None:
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_VIRTUAL, MAX_SECONDS)

    def __exit__(self, *error: object) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _limit_memory() -> None:
    import resource

    if sys.platform != "linux":  # elsewhere addresses are not counted so
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MORE_MEMORY_BYTES
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
