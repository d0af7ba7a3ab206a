"""What became of every clip of a data set: its number, digest and length, or why it has none.

One JSON line a clip, in the order of the inputs (`clips.jsonl` of a finished set). Does not know pairs
or audio.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from mullama.errors import AudioError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.records import RecordFormat
from mullama.options import Bounds, from_mapping


@dataclass(frozen=True)
class ManifestEntry:
    """One clip of the inputs."""

    part: Literal["pretrain", "finetune", "eval"]
    """One of `published.PARTS`."""
    source: str
    id: str
    audio_name: str = ""
    """As the published files name it; empty where the clip is not in the set."""
    sha256: str = ""
    """Of that file; empty where there is none."""
    seconds: Annotated[float, Bounds(0)] = 0.0
    damaged: bool = False
    """Whether something of its audio was missing."""
    failed: str = ""
    """Why it is not in the set, in one line."""

    def as_dict(self) -> dict[str, Any]:
        """What a line holds: part, source and id, empty where nobody knows them, and what else is known."""
        always = ("part", "source", "id")
        return {key: value for key, value in asdict(self).items() if value or key in always}

    @classmethod
    def from_dict(cls, values: dict[str, Any], where: str) -> "ManifestEntry":
        """The inverse; keys of others are left out. Raises UsageError that begins with `where`."""
        known = {field.name for field in fields(cls)} & values.keys()
        return from_mapping(cls, {name: values[name] for name in known}, where)


ENTRY_LINES = RecordFormat[ManifestEntry](
    encode=ManifestEntry.as_dict,
    decode=ManifestEntry.from_dict,
    key=lambda entry: (entry.part, entry.source, entry.id),
)


def read_manifest(path: Path) -> Iterator[ManifestEntry]:
    """All entries, in order; raises UsageError naming the line that is none."""
    return ENTRY_LINES.read(path)


def write_manifest(path: Path, entries: Iterable[ManifestEntry]) -> None:
    """Write a file of entries, whole or not at all."""
    with atomic_file(path) as part, part.open("wb") as file:
        file.writelines(map(ENTRY_LINES.to_line, entries))


class SeenClips:
    """The clips so far, by origin and by sound: none may be in two parts, nor twice by origin."""

    def __init__(self) -> None:
        self._origins: dict[tuple[str, str], str] = {}
        self._by_digest: dict[str, tuple[str, str]] = {}

    def note(self, entry: ManifestEntry) -> None:
        """Remember a clip that is in the set."""
        if entry.audio_name:
            if entry.id:  # files of pairs alone need not say where a clip comes from
                self._origins[entry.source, entry.id] = entry.part
            if entry.sha256:
                self._by_digest.setdefault(entry.sha256, (entry.part, entry.audio_name))

    def require_new_origin(self, source: str, clip: str) -> None:
        """Raises AudioError for a clip of a collection that is in the set."""
        part = self._origins.get((source, clip))
        if part is not None:
            raise AudioError(f"the clip is in {part} already")

    def require_new_sound(self, part: str, sha256: str) -> None:
        """Raises AudioError for a file that another part holds."""
        other, name = self._by_digest.get(sha256, (part, ""))
        if other != part:
            raise AudioError(f"the same sound is in {other} already, as {name}")
