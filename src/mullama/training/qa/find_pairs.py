"""A recipe's data sets become pairs that name their audio by whole paths. Does not read audio."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.data.files import read_clips, read_pairs, refusing_tally
from mullama.data.records import Clip, Pair
from mullama.errors import AudioError, UsageError
from mullama.training.recipe import DataSet, Recipe


@dataclass(frozen=True)
class PairSet:
    """One data set as it was found."""

    path: Path
    """Its file."""
    weight: float
    """How often each pair comes."""
    pairs: tuple[Pair, ...]
    """They name their clips by whole paths, but for those that are missing."""
    missing: dict[str, str]
    """Name of a clip that was not found -> why."""


def find(
    recipe: Recipe, data: Path | None, audio: Path | None, unpack_to: Path | None = None
) -> list[PairSet]:
    """Read the recipe's data sets, each file once; `data` is their folder, or one file in their place.

    What lies in zip files and in the sets' own files is unpacked to `unpack_to`; without that no audio
    is looked for. Raises UsageError naming what is missing or cannot be read.
    """
    sets: Sequence[DataSet] = recipe.data
    if data is not None and data.is_file():
        sets, data = (DataSet(data.name),), data.parent
    if not sets:
        raise UsageError(
            f"recipe {recipe.name} names no data: give --data FILE.jsonl with one "
            '{"audio", "question", "answer"} a line'
        )
    found = []
    for one in sets:
        path = (data or Path()) / one.file
        if not path.is_file():
            if one.optional:
                continue
            raise UsageError(f"recipe {recipe.name} needs {path}: give its folder by --data")
        place = audio or (path.parent / one.audio if one.audio else None)
        found.append(_read(path, one.weight, place, unpack_to))
    if not any(source.pairs for source in found):
        raise UsageError(f"no pairs in {', '.join(str(source.path) for source in found)}")
    return found


def _read(path: Path, weight: float, place: Path | None, unpack_to: Path | None) -> PairSet:
    if unpack_to is None:
        return PairSet(path, weight, tuple(read_pairs(path)), {})
    pairs: list[Pair] = []
    missing: dict[str, str] = {}
    with AudioResolver([place] if place else [], unpack_to=unpack_to) as resolver:
        for clip in read_clips(path, refusing_tally()):
            pairs += _located(clip, path, resolver, missing).to_pairs()
    return PairSet(path, weight, tuple(pairs), missing)


def _located(clip: Clip, path: Path, resolver: AudioResolver, missing: dict[str, str]) -> Clip:
    """The clip naming its file by its whole path; as it was where the file is missing."""
    if clip.audio is None and clip.sound is None:
        return clip
    try:
        return replace(clip, audio=str(resolver.find(clip, path).absolute()))
    except AudioError as error:
        missing[str(clip.audio)] = str(error)
        return clip
