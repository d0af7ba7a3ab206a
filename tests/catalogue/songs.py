"""A small music folder with real files, and records of it as a model would make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import soundfile

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.format_options import FormatOptions
from mullama.catalogue.record import CaptionRecord, Field
from mullama.errors import AudioError
from mullama.jobs.digest import file_digest
from mullama.jobs.safe_paths import first_file
from sound_files import tone, write_container

FIELDS = {
    "tempo": Field("120", 0.9, "The tempo is about 120 BPM."),
    "key": Field("F# minor", 0.9, "The key is F# minor."),
    "metre": Field("3/4", 0.9, "The metre is 3/4."),
    "instruments": Field("piano, drums", 0.9, "I hear piano and drums."),
    "style": Field("jazz", 0.9, "It is jazz."),
    "mood": Field("calm, happy", 0.9, "The mood is calm and happy."),
    "drums": Field("yes", 0.9, "Yes."),
}
UNSURE = {name: Field(None, 0.2, "I cannot tell.") for name in FIELDS}
CAPTION = 'A calm "waltz", at 120 BPM; piano, drums\tand söng.'


class FolderAudio:
    """The `AudioRoot` of one plain folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, record: CaptionRecord, /) -> Path | None:
        return first_file(self.folder, record.path)

    @contextmanager
    def open(self, record: CaptionRecord, /) -> Iterator[Path]:
        path = self.file(record)
        if path is None:
            raise AudioError(f"{record.path}: is gone")
        yield path


class ArchiveAudio(FolderAudio):
    """The same, but none of its sounds is a file of its own."""

    def file(self, record: CaptionRecord, /) -> None:
        return None

    @contextmanager
    def open(self, record: CaptionRecord, /) -> Iterator[Path]:
        yield self.folder / record.path


def record(folder: Path, path: str, **changes: object) -> CaptionRecord:
    made = CaptionRecord(
        path=path,
        digest=file_digest(folder / path),
        seconds=1.0,
        seconds_heard=1.0,
        text=f"vibe, {CAPTION}",
        caption=CAPTION,
        long_caption="Long.",
        variants=("vibe, calm", "vibe, waltz"),
        fields=FIELDS,
        trigger="vibe",
        model="small-0123",
        prompt="mullama",
        version="0",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def music(folder: Path) -> list[CaptionRecord]:
    """Three songs: of one everything is known, of one nothing, one lies in a folder."""
    (folder / "in").mkdir(parents=True)
    write_container(folder / "sure.mp3", "libmp3lame", tone(seconds=1.0))
    soundfile.write(folder / "unsure.wav", tone(seconds=1.0), 44_100)
    soundfile.write(folder / "in" / "deep.flac", tone(22_050, 1.0, 1), 22_050)
    return [
        record(folder, "sure.mp3"),
        record(folder, "unsure.wav", fields=UNSURE, seconds=None, variants=()),
        record(folder, "in/deep.flac"),
    ]


def destination(tmp_path: Path, warnings: list[str], **options: object) -> Destination:
    """Of `tmp_path/out`, for the music in `tmp_path/music`."""
    chosen = FormatOptions(**options)  # type: ignore[arg-type]
    return Destination(
        tmp_path / "out", FolderAudio(tmp_path / "music"), chosen, warn=warnings.append
    )
