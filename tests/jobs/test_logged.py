"""What a file has is not done again, whoever does it; a folder that cannot be made is told of in one line."""

from pathlib import Path
from typing import Any

import pytest

from mullama.errors import UsageError
from mullama.jobs.logged import run_logged
from mullama.jobs.records import RecordFormat
from mullama.jobs.workers import Work


def decode(values: dict[str, Any], where: str) -> int:
    return int(values["n"])


SQUARES: RecordFormat[int] = RecordFormat(
    encode=lambda n: {"n": n}, decode=decode, key=lambda n: str(n)
)


def same(number: int) -> int:
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_only_what_is_missing_is_done(tmp_path: Path, workers: int) -> None:
    path = tmp_path / "deep" / "numbers.jsonl"
    for items, new in (([3, 1], 2), ([1, 2, 3], 1)):
        outcome = run_logged(
            items, Work[int, int].of(same), path, SQUARES, key=str, workers=workers, unit="number"
        )
        assert outcome.written == new
    assert list(SQUARES.read(path)) == [1, 2, 3]


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "numbers.jsonl"
    with pytest.raises(UsageError, match="cannot be written"):
        run_logged([1], Work[int, int].of(same), path, SQUARES, key=str, workers=1, unit="number")
