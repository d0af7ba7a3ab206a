"""A set's name -> its reader. Nothing heavy is imported before it is named."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.errors import UsageError
from mullama.evaluation.items import EvaluationSet
from mullama.registry import Registry

Reader = Callable[[Path, AudioResolver], EvaluationSet]
"""(file or folder of the set, where its audio lies) -> the set; raises UsageError for another form.

An item whose audio is not there stays, and says why in `missing`.
"""
_HERE = "mullama.evaluation.sets"

SETS = Registry[Reader](
    "set",
    {
        "pairs": f"{_HERE}.pairs:read",
        "musicqa": f"{_HERE}.pairs:read_musicqa",
        "studio": f"{_HERE}.studio:read",
        "hummusqa": f"{_HERE}.hummusqa:read",
        "muchomusic": f"{_HERE}.muchomusic:read",
        "rulistening": f"{_HERE}.muchomusic:read_rulistening",
        "mmau": f"{_HERE}.audio_benchmarks:read_mmau",
        "mmau-pro": f"{_HERE}.audio_benchmarks:read_mmau_pro",
        "mmar": f"{_HERE}.audio_benchmarks:read_mmar",
        "mustbench": f"{_HERE}.mustbench:read",
        "musiccaps": f"{_HERE}.captions:read_musiccaps",
        "songdescriber": f"{_HERE}.captions:read_describer",
        "cmi-bench": f"{_HERE}.cmi_bench:read",
    },
    entry_points="mullama.sets",
)
"""Name -> reader; other packages add rows by "mullama.sets"."""
SEPARATOR = ":"


def read_set(spec: str, audio: Sequence[Path] = (), *, unpack_to: Path) -> EvaluationSet:
    """The set that `NAME:PATH` means, or a file of pairs by its path alone.

    `audio` are folders and zip files of audio; sound that lies in the set itself is unpacked to
    `unpack_to`, where it stays. Raises UsageError for an unknown name and what is not of that form.
    """
    name, path = split_spec(spec)
    with AudioResolver(audio, unpack_to=unpack_to) as resolver:
        return SETS.load(name)(path, resolver)


def split_spec(spec: str) -> tuple[str, Path]:
    """`NAME:PATH` -> both; a path alone is a file of pairs. Raises UsageError for neither."""
    name, separator, rest = spec.partition(SEPARATOR)
    if separator and name in SETS:
        return name, Path(rest)
    if Path(spec).exists():
        return "pairs", Path(spec)
    if separator:
        SETS.load(name)  # raises, and names what there is
    raise UsageError(
        f"{spec}: no such file; a set is NAME:PATH, NAME one of {', '.join(SETS.names())}"
    )
