"""A table of tags on the disk, or the studio, becomes a `TagSet`.

MagnaTagATune's own layout (`annotations_final.csv`), any CSV or JSONL file of `audio`, `tags`, `split`,
and clips that the studio renders. Rows that cannot be used are named; the rest goes on.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from mullama.data.audio import AudioResolver
from mullama.data.records import Clip
from mullama.data.tables import Row, Table, json_rows
from mullama.data.tally import MALFORMED, NO_AUDIO, LeftOut, Tally
from mullama.errors import AudioError, UsageError
from mullama.evaluation.probe.tags import PARTS, Part, TaggedClip, TagSet, by_frequency
from mullama.musicqa.sources.magnatagatune import MagnaTagATune, tags_of
from mullama.musicqa.sources.source_options import SourceOptions
from mullama.studio.truth import Truth

MAGNATAGATUNE = "MagnaTagATune"
TRAIN_FOLDERS, VALIDATION_FOLDERS = "0123456789ab", "c"
"""The customary split of MagnaTagATune's sixteen folders, 12:1:3; the rest is for testing."""
STUDIO = "studio"
STUDIO_PURPOSE = "held-out"
"""Seeds that no encoder of ours was trained on."""
STUDIO_PARTS: tuple[Part, ...] = ("train", "train", "train", "validation", "test")
"""Pieces take turns at these, so that takes of one piece stay together."""
SLOW_BPM, FAST_BPM = 90, 130
COLUMNS = ("audio", "tags", "split")
"""Of a table of ours; a `track` that clips share may be there as well."""
SEPARATOR = "|"
"""Between the tags of a clip in a CSV file."""
PART_NAMES: dict[str, Part] = {
    **{part: part for part in PARTS},
    "training": "train",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
}


def read_tags(path: Path, audio: Sequence[Path] = (), *, unpack_to: Path | None = None) -> TagSet:
    """A table of tags, known by its name and columns.

    `audio` are folders and zip files where its sound lies, besides its own folder; zip files are
    unpacked to `unpack_to`. Raises UsageError for what is no such table.
    """
    found = path / MagnaTagATune.table_name if path.is_dir() else path
    if not found.is_file():
        raise UsageError(f"{found}: there is no such table of tags; or say {STUDIO!r}")
    with AudioResolver(audio, unpack_to=unpack_to) as resolver:
        if found.name == MagnaTagATune.table_name:
            return _magnatagatune(found, resolver)
        return _tag_file(found, resolver)


def studio_tags(folder: Path, clips: int, seconds: float) -> TagSet:
    """The first held-out clips of the studio, rendered into `folder` where they are not there yet."""
    from mullama.musicqa.sources.studio import StudioSource
    from mullama.studio.clips import TAKES

    options = SourceOptions(clips=clips, purpose=STUDIO_PURPOSE, seconds=seconds)
    found = []
    for one in StudioSource(folder, options).descriptions(Tally()):
        assert one.audio is not None
        assert one.facts is not None
        piece = int(one.id) // TAKES
        tags = truth_tags(Truth.from_dict(one.facts))
        part = STUDIO_PARTS[piece % len(STUDIO_PARTS)]
        found.append(TaggedClip(one.id, one.audio, tags, part, str(piece)))
    return _set(f"{STUDIO}, {clips} clips of {seconds:g} s", found, [], ())


def truth_tags(truth: Truth) -> frozenset[str]:
    """What can be heard in a studio clip, as tags; what it does not tell gives none."""
    tags = {f"instrument: {name}" for name in truth.instruments}
    for kind in ("style", "mood", "metre"):
        if (value := getattr(truth, kind)) is not None:
            tags.add(f"{kind}: {value}")
    if truth.minor is not None:
        tags.add(f"mode: {'minor' if truth.minor else 'major'}")
    if truth.tempo_bpm is not None:
        slow, fast = truth.tempo_bpm < SLOW_BPM, truth.tempo_bpm >= FAST_BPM
        tags.add(f"tempo: {'slow' if slow else 'fast' if fast else 'medium'}")
    return frozenset(tags)


def _magnatagatune(path: Path, resolver: AudioResolver) -> TagSet:
    def clip(row: Row) -> TaggedClip:
        file, part = row.cells["mp3_path"], _customary_part(row)
        tags = frozenset(tags_of(row))
        seen.append(tags)
        return TaggedClip(file, _find(resolver, file, path), tags, part, _track(file))

    seen: list[frozenset[str]] = []
    table = Table(path, MagnaTagATune.needed, delimiter=MagnaTagATune.delimiter)
    return _read(MAGNATAGATUNE, table.rows, clip, seen)


def _customary_part(row: Row) -> Part:
    folder = row.cells["mp3_path"].partition("/")[0]
    if not re.fullmatch("[0-9a-f]", folder):
        raise row.malformed("mp3_path", f"{folder[:40]!r} is none of the folders 0 to f")
    if folder in TRAIN_FOLDERS:
        return "train"
    return "validation" if folder in VALIDATION_FOLDERS else "test"


def _track(file: str) -> str:
    """`f/artist-album-01-track-30-59.mp3` -> without the seconds at its end."""
    return re.sub(r"-\d+-\d+$", "", str(PurePosixPath(file).with_suffix("")))


def _tag_file(path: Path, resolver: AudioResolver) -> TagSet:
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".tsv", ".jsonl"):
        raise UsageError(f"{path}: a table of tags is a .csv, .tsv or .jsonl file")

    def rows(tally: Tally) -> Iterator[Row]:
        if suffix == ".jsonl":
            return json_rows(path, tally)
        return Table(path, COLUMNS, delimiter="\t" if suffix == ".tsv" else ",").rows(tally)

    def clip(row: Row) -> TaggedClip:
        name, tags, part, track = _cells(row)
        seen.append(tags)
        return TaggedClip(name, _find(resolver, name, path), tags, part, track)

    seen: list[frozenset[str]] = []
    return _read(path.name, rows, clip, seen)


def _find(resolver: AudioResolver, name: str, table: Path) -> Path:
    """Where a clip lies; raises `LeftOut` where it does not."""
    try:
        return resolver.lasting(resolver.find(Clip(audio=name), table))
    except AudioError as error:
        raise LeftOut(NO_AUDIO, str(error)) from error


def _cells(row: Row) -> tuple[str, frozenset[str], Part, str]:
    """The name, tags, part and track of a row; raises `LeftOut`."""
    name, tags, part = (row.cells.get(column) for column in COLUMNS)
    if not isinstance(name, str) or not name:
        raise row.malformed("audio", "no file is named")
    if isinstance(tags, str):
        tags = tags.split(SEPARATOR)
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise row.malformed("tags", f"expected text such as 'rock{SEPARATOR}guitar', or a list")
    if part not in PART_NAMES:
        raise row.malformed("split", f"{str(part)[:40]!r} is none of: {', '.join(PART_NAMES)}")
    track = row.cells.get("track") or name
    return name, frozenset(t.strip() for t in tags) - {""}, PART_NAMES[str(part)], str(track)


def _read(
    name: str,
    rows: Callable[[Tally], Iterable[Row]],
    clip: Callable[[Row], TaggedClip],
    seen: list[frozenset[str]],
) -> TagSet:
    """The rows that become clips, each file once; `seen` are the tags of those without audio as well."""
    lost: list[str] = []
    tally = Tally(lambda reason, what: lost.append(f"{reason}: {what}"))
    found: dict[Any, TaggedClip] = {}
    for row in rows(tally):
        try:
            one = clip(row)
            if one.audio in found:
                raise LeftOut(MALFORMED, f"{row.path}, line {row.line}: {one.name} is there twice")
            found[one.audio] = one
        except LeftOut as left:
            tally.leave_out(left)
    return _set(name, list(found.values()), seen, tuple(lost))


def _set(
    name: str, clips: list[TaggedClip], seen: list[frozenset[str]], lost: tuple[str, ...]
) -> TagSet:
    tags = by_frequency(seen or [clip.tags for clip in clips])
    return TagSet(name, tuple(clips), tags, lost)
