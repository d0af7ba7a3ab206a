"""Pairs and undecoded audio through a file of Hugging Face's kind, and back unchanged."""

import sys
from pathlib import Path
from typing import Any

import pytest

from mullama.data.formats.parquet import read_parquet, write_parquet
from mullama.data.records import Clip
from mullama.errors import MissingExtraError, UsageError

pytest.importorskip("datasets")

ABOUT = {"source": "studio", "id": "1", "writer": "template", "sha256": "ab"}
CLIPS = [
    Clip(audio="audios/1.wav", pairs=(("Q1", "A1"), ("Q2", "A2")), sound=b"RIFF", **ABOUT),
    Clip(audio="gone.wav", pairs=(("Q", "A"),), licence="CC0"),
    Clip(source="alpaca", pairs=(("Add 1 and 2.", "3"),)),
]  # fmt: skip


def test_clips_come_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    assert write_parquet(path, CLIPS) == 3
    assert list(read_parquet(path)) == CLIPS
    assert write_parquet(path, []) == 0
    assert list(read_parquet(path)) == []


@pytest.mark.slow
def test_datasets_loads_it_and_what_it_saves_is_read(tmp_path: Path) -> None:
    import datasets

    path, saved = tmp_path / "a.parquet", tmp_path / "saved.parquet"
    write_parquet(path, CLIPS)
    loaded: Any = datasets.load_dataset(
        "parquet", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert isinstance(loaded.features["audio"], datasets.Audio)
    assert loaded[0]["audio"] == {"bytes": b"RIFF", "path": "audios/1.wav"}
    assert loaded[0]["pairs"][1] == {"question": "Q2", "answer": "A2"}
    assert loaded[2]["audio"] is None
    loaded.to_parquet(saved)
    assert list(read_parquet(saved)) == CLIPS


def test_foreign_files_with_a_pair_a_row(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "a.parquet"
    rows = {"question": ["Q1", "Q2"], "answer": ["A1", "A2"], "audio": ["1.wav", None], "n": [1, 2]}
    pyarrow.parquet.write_table(pyarrow.table(rows), path)
    assert list(read_parquet(path)) == [
        Clip(audio="1.wav", pairs=(("Q1", "A1"),)),
        Clip(pairs=(("Q2", "A2"),)),
    ]
    pyarrow.parquet.write_table(
        pyarrow.table({"question": ["Q"], "answer": [7], "audio": [1]}), path
    )
    with pytest.raises(UsageError, match="row 0: 'audio' is not bytes"):
        list(read_parquet(path))
    pyarrow.parquet.write_table(pyarrow.table({"text": ["Q"]}), path)
    with pytest.raises(UsageError, match="no columns 'question'"):
        list(read_parquet(path))
    path.write_text("no parquet")
    with pytest.raises(UsageError, match="cannot be read as parquet"):
        list(read_parquet(path))


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r"datasets.*mullama\[musicqa\]"):
        write_parquet(tmp_path / "a.parquet", CLIPS)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match="pyarrow"):
        list(read_parquet(tmp_path / "a.parquet"))
