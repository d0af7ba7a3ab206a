"""Collections of described music: what each says about a clip, row by row."""

from mullama.musicqa.sources.options import SourceOptions
from mullama.musicqa.sources.selection import SOURCES, Selection, add_source_arguments, selected
from mullama.musicqa.sources.tally import LeftOut, Tally

__all__ = [
    "SOURCES",
    "LeftOut",
    "Selection",
    "SourceOptions",
    "Tally",
    "add_source_arguments",
    "selected",
]
