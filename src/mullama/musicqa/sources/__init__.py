"""Collections of described music: what each says about a clip, row by row."""

from mullama.data.tally import LeftOut, Tally
from mullama.musicqa.sources.selection import SOURCES, Selection
from mullama.musicqa.sources.source_options import SourceOptions

__all__ = ["SOURCES", "LeftOut", "Selection", "SourceOptions", "Tally"]
