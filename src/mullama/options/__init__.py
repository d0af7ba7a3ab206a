"""A frozen dataclass -> command-line flags, YAML keys, HTTP fields, sliders.

An option is one field, with its type, bounds, default, and a docstring below it:

    @dataclass(frozen=True, kw_only=True)
    class Sampling(Options):
        top_p: Annotated[float, Bounds(0, 1)] = 1.0
        \"""Keep the most likely tokens while the probability before them is at most this.\"""

Nothing else names it: flags, keys and schema are read from the field. Imports nothing heavy, so that
a command's help comes at once; classes of options belong in files that import no torch.
"""

from mullama.options.declare import Bounds, Flag, Option, options_of
from mullama.options.flags import add_flags, from_flags, given_flags
from mullama.options.schema import schema
from mullama.options.values import Options, check, from_mapping, given

__all__ = [
    "Bounds",
    "Flag",
    "Option",
    "Options",
    "add_flags",
    "check",
    "from_flags",
    "from_mapping",
    "given",
    "given_flags",
    "options_of",
    "schema",
]
