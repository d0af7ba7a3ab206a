"""A writer's name, as the command line has it -> the writer. Nothing heavy is imported before it is named."""

from collections.abc import Callable

from mullama.musicqa.writers.writer import Writer
from mullama.musicqa.writers.writer_options import WriterOptions
from mullama.registry import Registry

WRITERS = Registry[Callable[[str, WriterOptions], Writer]](
    "writer",
    {
        "template": "mullama.musicqa.writers.template:TemplateWriter",
        "local": "mullama.musicqa.writers.local:LocalWriter",
        "openai": "mullama.musicqa.writers.remote:RemoteWriter",
    },
    entry_points="mullama.writers",
)
"""Name -> class; it is called with what follows the name's colon, and the options."""


def open_writer(name: str, options: WriterOptions | None = None) -> Writer:
    """The writer called `name`, such as template, local:MODEL or openai:URL#MODEL.

    Raises UsageError for an unknown one, and for what it cannot be opened with.
    """
    kind, _, argument = name.partition(":")
    return WRITERS.load(kind)(argument, options if options is not None else WriterOptions())
