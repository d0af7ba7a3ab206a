"""The bookkeeping of a catalogue alone: so many sounds that are not there, heard as fast as can be.

    python benchmarks/catalogue_rows.py 100000    # one line of JSON: milliseconds a row, peak of memory

Listing, digests in the index, the log, its order, records and captions.jsonl are the real ones; only the
files' bytes and the model are left out.
"""

import json
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from mullama.catalogue.caption_options import TextOptions
from mullama.catalogue.catalogue import Catalogue
from mullama.catalogue.compose import Maker
from mullama.catalogue.formats.format_options import FormatOptions
from mullama.catalogue.questions import all_questions
from mullama.catalogue.read_paths import Listing
from mullama.catalogue.sound_answers import Said, SoundAnswers
from mullama.catalogue.sounds import Listed, Place, Sound
from mullama.jobs.digest import bytes_digest
from mullama.jobs.shard import Shard
from mullama.listen.file_index import FileIndex, IndexedFile

SAID = {name: Said("The style is jazz.", 0.5, 0.6, 1.0) for name in all_questions({})}


class Dry(Listing):
    """Names of sounds that are not there."""

    def __init__(self, folder: Path, rows: int) -> None:
        super().__init__([folder])
        self.rows = rows

    def __iter__(self) -> Iterator[Listed]:
        for number in range(self.rows):
            yield Listed(f"{number:07d}.mp3", Place(Path(f"/music/{number:07d}.mp3")))


def hear(sounds: Iterable[Sound]) -> Iterator[SoundAnswers]:
    """Nothing."""
    return (SoundAnswers(sound.digest, 10.0, 10.0, SAID) for sound in sounds)


def digest(index: FileIndex, path: Path) -> str:
    """Of the name, in place of the bytes; noted as a real one is."""
    found = bytes_digest(str(path).encode())
    index.add(IndexedFile(str(path), 1, 1, found))
    return found


def peak_kib() -> int:
    """Of this program; what getrusage tells begins with the memory of the one that started it."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def main() -> None:
    rows = int(sys.argv[1])
    FileIndex.digest = digest  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as name:
        before = peak_kib()
        began, out = time.process_time(), Path(name) / "captions"
        catalogue = Catalogue(out, Dry(Path(name), rows), songs=8, shard=Shard())
        report = catalogue.hear(hear, progress=False)
        catalogue.write(
            report, ["jsonl"], TextOptions(), "", Maker("m", "p", "v"), FormatOptions(), print
        )
        if report.rows != rows:
            raise SystemExit(f"{report.rows} rows of {rows}")
        seconds = time.process_time() - began
    peak = peak_kib()
    figures = {
        "rows": rows,
        "ms_a_row": seconds * 1000 / rows,
        "peak_mib": peak / 1024,
        "grown_mib": (peak - before) / 1024,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
