"""Who writes the pairs: a template, a language model on this machine, or one behind an endpoint."""

from mullama.musicqa.writers.open_writer import WRITERS, open_writer
from mullama.musicqa.writers.usage import Usage
from mullama.musicqa.writers.writer import Writer
from mullama.musicqa.writers.writer_options import WriterOptions

__all__ = ["WRITERS", "Usage", "Writer", "WriterOptions", "open_writer"]
