"""Pairs and undecoded audio through a file of Hugging Face's kind, and back unchanged."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mullama.data.files import read_clips, read_pairs, write_clips
from mullama.data.formats import parquet as module
from mullama.data.formats.parquet import read_parquet
from mullama.data.records import Clip
from mullama.data.tally import Tally
from mullama.errors import MissingExtraError, UsageError

pytest.importorskip("datasets")

ABOUT = {"source": "studio", "id": "1", "writer": "template", "sha256": "ab"}
CLIPS = [
    Clip(audio="audios/1.wav", pairs=(("Q1", "A1"), ("Q2", "A2")), sound=b"RIFF", **ABOUT),
    Clip(audio="gone.wav", pairs=(("Q", "A"),), licence="CC0"),
    Clip(source="alpaca", pairs=(("Add 1 and 2.", "3"),)),
]


def read(path: Path) -> list[Clip]:
    return list(read_parquet(path, Tally()))


def write_table(path: Path, rows: dict[str, Any], **how: Any) -> Path:
    """A foreign file."""
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(rows), path, **how)
    return path


def test_clips_come_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    assert write_clips(path, CLIPS) == (3, 4)
    assert read(path) == CLIPS
    assert [clip.sound for clip in read_clips(path, Tally(), sound=False)] == [None] * 3
    assert len(list(read_pairs(path))) == 4
    assert write_clips(path, []) == (0, 0)
    assert read(path) == []


def test_groups_are_bounded_by_bytes_and_by_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet

    monkeypatch.setattr(module, "GROUP_BYTES", 1000)
    monkeypatch.setattr(module, "GROUP_ROWS", 3)
    sizes = [400, 400, 400, 5000, 1, 1, 1, 1]
    clips = [Clip(audio=f"{n}.wav", pairs=(("Q", "A"),), sound=bytes(n)) for n in sizes]
    path = tmp_path / "a.parquet"
    write_clips(path, clips)
    assert read(path) == clips
    with pyarrow.parquet.ParquetFile(path) as file:
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert groups == [2, 1, 1, 3, 1]


def test_what_has_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, tally = tmp_path / "a.parquet", Tally()
    clips = [*CLIPS[:1], Clip(audio="big.wav", pairs=(("Q", "A"),), sound=bytes(9))]
    write_clips(tmp_path / "whole.parquet", clips)
    monkeypatch.setattr(module, "MAX_SOUND_BYTES", 8)
    assert write_clips(path, [*clips, Clip("f", failed="why")], tally).clips == 1
    assert tally.left_out == {"too large for parquet": 1, "without pairs": 1}
    with pytest.raises(UsageError, match="row 1: its sound has more than 8 bytes"):
        read(tmp_path / "whole.parquet")


@pytest.mark.slow
def test_datasets_loads_it_and_what_it_saves_is_read(tmp_path: Path) -> None:
    import datasets

    path, saved = tmp_path / "a.parquet", tmp_path / "saved.parquet"
    write_clips(path, CLIPS)
    loaded: Any = datasets.load_dataset(
        "parquet", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert isinstance(loaded.features["audio"], datasets.Audio)
    assert loaded[0]["audio"] == {"bytes": b"RIFF", "path": "audios/1.wav"}
    assert loaded[0]["pairs"][1] == {"question": "Q2", "answer": "A2"}
    assert loaded[2]["audio"] is None
    loaded.to_parquet(saved)
    assert read(saved) == CLIPS


def test_foreign_files_with_a_pair_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = {"question": ["Q1", "Q2"], "answer": ["A1", "A2"], "audio": ["1.wav", None], "n": [1, 2]}
    write_table(path, rows)
    assert read(path) == [Clip(audio="1.wav", pairs=(("Q1", "A1"),)), Clip(pairs=(("Q2", "A2"),))]
    named = {"question": ["Q"], "answer": ["A"], "audio": [{"path": "1.wav", "bytes": b"RIFF"}]}
    write_table(path, named)
    assert read(path) == [Clip(audio="1.wav", pairs=(("Q", "A"),), sound=b"RIFF")]
    assert [clip.sound for clip in read_clips(path, Tally(), sound=False)] == [None]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"question": ["Q"], "answer": [7], "audio": [1]}, "row 0: 'audio' is not bytes"),
        ({"question": ["Q"], "answer": [7]}, "row 0: 'answer' is 7"),
        ({"question": ["Q", None], "answer": ["A", "A"]}, "row 1: 'question' is None"),
        ({"pairs": ["Q"]}, "row 0: 'pairs' are not"),
        ({"pairs": [[{"question": "Q"}]]}, "row 0: 'answer' is None"),
        ({"pairs": [[{"question": "Q", "answer": "A"}]], "source": [7]}, "row 0: 'source' is 7"),
        ({"text": ["Q"]}, "no columns 'question'"),
    ],
)
def test_other_rows_are_refused(rows: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.parquet", rows)
    with pytest.raises(UsageError, match=message.replace("", "")):
        read(path)


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    import pyarrow

    bad = pyarrow.array([b"fine", b"caf\xe9"], pyarrow.binary()).view(pyarrow.string())
    path = write_table(tmp_path / "a.parquet", {"question": bad, "answer": ["A", "A"]})
    with pytest.raises(UsageError, match=r"a\.parquet, row 1: not UTF-8"):
        read(path)


def test_damaged_files(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_text("no parquet")
    with pytest.raises(UsageError, match="cannot be read as parquet"):
        read(path)
    write_table(path, {"question": ["Q" * 1000] * 9, "answer": ["A"] * 9}, compression="gzip")
    damaged = bytearray(path.read_bytes())
    damaged[20:60] = bytes(40)
    path.write_bytes(damaged)
    with pytest.raises(UsageError, match=r"row 0: cannot be read") as refused:
        read(path)
    assert "\n" not in str(refused.value)


def test_a_group_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_GROUP_BYTES", 10_000)
    rows = {"question": ["Q"], "answer": ["x" * 20_000]}
    with pytest.raises(UsageError, match="row group 0: unpacks to more than 10,000 bytes"):
        read(write_table(tmp_path / "a.parquet", rows))
    rows["answer"] = ["A"]
    assert len(read(write_table(tmp_path / "a.parquet", rows))) == 1


MANY = """
import resource, sys
from pathlib import Path
from mullama.data.files import write_clips
from mullama.data.records import Clip
from mullama.data.formats import parquet
sound = bytes(64 << 20)
clips = (Clip(audio=f"{n}.wav", pairs=(("Q", "A"),), sound=sound[n:]) for n in range(8))
write_clips(Path(sys.argv[1]), iter([Clip(pairs=(("Q", "A"),))]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
write_clips(Path(sys.argv[1]), clips)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_sound(tmp_path: Path) -> None:
    """Fault 8: 900 MB of sound took 8.3 GB. Here 512 MB are written, in groups of 64 MB."""
    command = [sys.executable, "-c", MANY, str(tmp_path / "a.parquet")]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert int(told) < 500_000  # kilobytes


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r"datasets.*mullama\[musicqa\]"):
        write_clips(tmp_path / "a.parquet", CLIPS)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match="pyarrow"):
        read(tmp_path / "a.parquet")
