"""Writes files of sets in their published forms, and reads them."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from mullama.evaluation.items import EvaluationSet
from mullama.evaluation.sets.registry import read_set
from set_files import Read, Write


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Sound that lies in the set itself goes to `unpacked`."""

    def reading(name: str, path: Path, audio: Iterable[Path] = ()) -> EvaluationSet:
        return read_set(f"{name}:{path}", list(audio), unpack_to=tmp_path / "unpacked")

    return reading


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """In the form that the file's ending says; `.json` holds the rows as they are."""

    def writing(name: str, rows: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            parquet = pytest.importorskip("pyarrow.parquet")
            parquet.write_table(pytest.importorskip("pyarrow").Table.from_pylist(rows), path)
        elif path.suffix == ".jsonl":
            path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        elif path.suffix == ".csv":
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        else:
            path.write_text(json.dumps(rows, indent=2))
        return path

    return writing
