"""Every clip falls to exactly one worker."""

from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.musicqa.shards import Shard, shard_files
from musicqa.killed_job import clips


def test_every_clip_falls_to_one_worker_about_equally_often() -> None:
    shards = [Shard(k, 3) for k in (1, 2, 3)]
    owners = [[clip in shard for shard in shards] for clip in clips(300)]
    assert all(sum(row) == 1 for row in owners)
    assert all(70 < sum(column) < 130 for column in zip(*owners, strict=True))


def test_a_worker_alone_takes_all() -> None:
    assert all(clip in Shard() for clip in clips(5))
    assert Shard().path(Path("a/out.jsonl")) == Path("a/out.jsonl")


def test_files_are_found_by_name(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    path = Shard.from_text("2/4").path(out)
    assert path.name == "out-2-of-4.jsonl"
    for name in (path.name, "other-1-of-2.jsonl", "out.jsonl", "out-x-of-2.jsonl"):
        (tmp_path / name).write_text("")
    assert list(shard_files(out)) == [path]


@pytest.mark.parametrize("text", ["", "1", "0/4", "5/4", "a/b", "1/2/3", "-1/2"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--shard"):
        Shard.from_text(text)
