"""Who writes the pairs: a template, a language model on this machine, or one behind an endpoint."""

from mullama.musicqa.writers.registry import WRITERS, open_writer
from mullama.musicqa.writers.usage import Usage
from mullama.musicqa.writers.writer import Writer
from mullama.musicqa.writers.writer_options import (
    WriterOptions,
    add_writer_arguments,
    writer_options,
)

__all__ = [
    "WRITERS",
    "Usage",
    "Writer",
    "WriterOptions",
    "add_writer_arguments",
    "open_writer",
    "writer_options",
]
