"""Every item falls to exactly one shard, the same one for ever."""

from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.jobs.shard import Shard, shard_files

KEYS = [("test", f"clip-{number}") for number in range(300)]


def test_every_item_falls_to_one_shard_about_equally_often() -> None:
    shards = [Shard(k, 3) for k in (1, 2, 3)]
    owners = [[key in shard for shard in shards] for key in KEYS]
    assert all(sum(row) == 1 for row in owners)
    assert all(70 < sum(column) < 130 for column in zip(*owners, strict=True))


def test_items_stay_where_they_have_always_been() -> None:
    """Jobs that an earlier version left half done go on."""
    owners = "".join(str(next(k for k in range(1, 6) if key in Shard(k, 5))) for key in KEYS[:20])
    assert owners == "15545153415554521521"
    assert ("musiccaps", "-\udce9") in Shard(1, 5)


def test_keys_of_all_forms() -> None:
    for key in ("a", ("a", 3), ("a", "b", "c")):
        assert sum(key in Shard(k, 4) for k in (1, 2, 3, 4)) == 1
    assert [("a", "b") in Shard(k, 9) for k in range(1, 10)] == [
        "a\0b" in Shard(k, 9) for k in range(1, 10)
    ]


def test_a_shard_alone_takes_all() -> None:
    assert all(key in Shard() for key in KEYS[:5])
    assert Shard().path(Path("a/out.jsonl")) == Path("a/out.jsonl")


def test_files_are_found_by_name(tmp_path: Path) -> None:
    out = tmp_path / "out[1].jsonl"
    path = Shard.from_text("2/4").path(out)
    assert path.name == "out[1]-2-of-4.jsonl"
    for name in (path.name, "other-1-of-2.jsonl", "out[1].jsonl", "out[1]-x-of-2.jsonl"):
        (tmp_path / name).write_text("")
    assert list(shard_files(out)) == [path]


@pytest.mark.parametrize("text", ["", "1", "0/4", "5/4", "a/b", "1/2/3", "-1/2", "²/4"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--shard"):
        Shard.from_text(text)
