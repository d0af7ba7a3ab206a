"""A writer's name on the command line -> the writer. Nothing heavy is imported before it is named."""

from collections.abc import Callable

from mullama.errors import UsageError
from mullama.musicqa.writers.writer import Writer
from mullama.musicqa.writers.writer_options import WriterOptions


def _template(rest: str, options: WriterOptions) -> Writer:
    from mullama.musicqa.writers.template import TemplateWriter

    if rest:
        raise UsageError(f"the template writer is called 'template', not 'template:{rest}'")
    return TemplateWriter()


def _local(rest: str, options: WriterOptions) -> Writer:
    from mullama.musicqa.writers.local import LocalWriter

    return LocalWriter(rest, options)


def _openai(rest: str, options: WriterOptions) -> Writer:
    from mullama.musicqa.writers.remote import RemoteWriter

    url, _, model = rest.partition("#")
    return RemoteWriter(url, model, options)


WRITERS: dict[str, Callable[[str, WriterOptions], Writer]] = {
    "template": _template,
    "local": _local,
    "openai": _openai,
}
"""Name -> how to open it with what follows the colon. The only list of them."""

FORMS = "template, local:MODEL or openai:URL#MODEL"


def open_writer(name: str, options: WriterOptions | None = None) -> Writer:
    """The writer called `name`, one of `FORMS`; raises UsageError for any other."""
    kind, _, rest = name.partition(":")
    if kind not in WRITERS:
        raise UsageError(f"no writer is called {name!r}; expected {FORMS}")
    return WRITERS[kind](rest, options if options is not None else WriterOptions())
