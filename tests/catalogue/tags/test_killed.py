"""Killed while it writes tags, a run leaves every file whole, and a later one ends what was begun."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

pytest.importorskip("mutagen", reason="needs the tags extra")

from catalogue.songs import FolderAudio, record
from mullama.catalogue.tags.containers import MODEL, opener
from mullama.catalogue.tags.replace_file import sound_digest
from mullama.catalogue.tags.tag_writer import TagWriter
from mullama.jobs.jsonl import to_line
from sound_files import tone

CHILD = """
import sys
from pathlib import Path
from catalogue.songs import FolderAudio
from mullama.catalogue.record import read_records
from mullama.catalogue.tags.tag_writer import TagWriter
folder = Path(sys.argv[1])
print("ready", flush=True)
TagWriter(apply=True).write_all(read_records(folder / "captions.jsonl"), FolderAudio(folder))
"""


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_whole_files(tmp_path: Path) -> None:
    songs = [f"{number:02d}.{kind}" for number, kind in enumerate(["wav", "flac"] * 15)]
    for number, name in enumerate(songs):
        soundfile.write(tmp_path / name, tone(8_000, 4 + number / 10), 8_000)
    records = [record(tmp_path, name) for name in songs]
    (tmp_path / "captions.jsonl").write_bytes(b"".join(to_line(one.to_json()) for one in records))
    sounds = {name: sound_digest(tmp_path / name) for name in songs}
    moments = random.Random(0)
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.4))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert {name: sound_digest(tmp_path / name) for name in songs} == sounds
    report = TagWriter(apply=True).write_all(records, FolderAudio(tmp_path))
    assert (report.failed, report.changed + report.unchanged) == (0, len(songs))
    assert all(opener(tmp_path / name)(tmp_path / name).read(MODEL) for name in songs)
    TagWriter(apply=True).undo_all(tmp_path / name for name in songs)
    assert not list(tmp_path.glob("*.part"))
