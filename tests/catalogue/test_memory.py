"""The bookkeeping of a million sounds: flat in memory, and little time a row. Printed by pytest -s."""

import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from mullama.catalogue.caption_options import TextOptions
from mullama.catalogue.catalogue import Catalogue
from mullama.catalogue.compose import Maker
from mullama.catalogue.heard import Heard, Said
from mullama.catalogue.questions import all_questions
from mullama.catalogue.read_paths import Listing
from mullama.catalogue.sounds import Listed, Place, Sound
from mullama.jobs.digest import bytes_digest
from mullama.jobs.shard import Shard
from mullama.listen.file_index import FileIndex

ROWS = 1_000_000
MAX_BYTES_A_ROW, MAX_MS_A_ROW = 900, 3.0
"""Memory of the log (100 and 16), what is under way, and arrays that are sorted; the index is left out."""


class Dry(Listing):
    """So many files that are not there."""

    rows = ROWS

    def __iter__(self) -> Iterator[Listed]:
        for number in range(self.rows):
            yield Listed(f"{number:07d}.mp3", Place(Path(f"/music/{number:07d}.mp3")))


def hear(sounds: Iterable[Sound]) -> Iterator[Heard]:
    """Nothing, as fast as can be."""
    said = {name: Said("The style is jazz.", 0.5) for name in all_questions({})}
    return (Heard(sound.digest, 10.0, 10.0, said) for sound in sounds)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_million_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileIndex, "digest", lambda self, path: bytes_digest(str(path).encode()))
    used = []
    for rows in (ROWS // 100, ROWS):
        monkeypatch.setattr(Dry, "rows", rows)
        out, began = tmp_path / str(rows), time.process_time()
        catalogue = Catalogue(out, Dry([tmp_path]), songs=8, shard=Shard())
        report = catalogue.hear(hear, progress=False)
        catalogue.write(report, ["jsonl"], TextOptions(), "", Maker("m", "p", "v"))
        assert report.rows == rows
        used.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        ms = (time.process_time() - began) / rows * 1000
        print(f"\n{rows} rows: {ms:.3f} ms a row, {used[-1] / 2**20:.0f} MiB at most")
    assert (used[1] - used[0]) / ROWS < MAX_BYTES_A_ROW
    assert ms < MAX_MS_A_ROW
