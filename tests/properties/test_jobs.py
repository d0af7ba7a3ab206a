"""Whatever a line, a log or a set of keys is given."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mullama.errors import UsageError
from mullama.jobs.jsonl import from_line, lines_of, to_line
from mullama.jobs.keys import DIGEST_BYTES, DigestMap, KeyList, KeySet
from mullama.jobs.log import JsonlLog
from mullama.jobs.records import RecordFormat
from mullama.jobs.safe_paths import inside, safe_name
from mullama.jobs.shard import Shard

TEXTS = st.text(st.characters(codec=None), max_size=20)
"""With lone surrogates, as names of files may hold them."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | TEXTS
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)  # fmt: skip
KEYS = TEXTS | st.tuples(TEXTS, st.integers(0, 9))
RECORDS = RecordFormat[dict[str, str]](
    encode=dict, decode=lambda values, _: dict(values), key=lambda record: record["key"]
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_an_object_is_read_as_it_was_written(values: dict[str, object]) -> None:
    line = to_line(values)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert from_line(line) == values


@given(
    st.binary(max_size=60)
    | st.text('[]{}:,"\\0123456789.eE-+ntrufalsNI \n', max_size=60).map(str.encode)
)
def test_any_line_is_an_object_or_one_clear_error(content: bytes) -> None:
    said = "one line"
    try:
        values = from_line(content)
    except ValueError as error:
        said = str(error)
    else:
        assert json.loads(content) == values
    assert len(said.splitlines()) == 1


@given(st.lists(TEXTS, max_size=6, unique=True), st.data())
def test_a_log_that_was_cut_anywhere_keeps_its_whole_lines(
    keys: list[str], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        with JsonlLog(path, RECORDS) as log:
            for key in keys:
                log.add({"key": key})
        content = path.read_bytes()
        cut = data.draw(st.integers(0, len(content)))
        path.write_bytes(content[:cut])
        # A line without its end is whole where all of the object is there.
        whole = content[:cut].count(b"\n") + content[:cut].endswith(b"}")
        with JsonlLog(path, RECORDS) as log:
            assert [record["key"] for record in log.records()] == keys[:whole]
            for key in keys[whole:]:
                log.add({"key": key})
            log.put_in_order(keys)
        assert path.read_bytes() == content


@given(st.lists(TEXTS, max_size=8, unique=True), st.randoms(use_true_random=False))
def test_lines_are_put_into_any_order(keys: list[str], rng: "st.random.Random") -> None:
    order = rng.sample(keys, rng.randint(0, len(keys)))
    with tempfile.TemporaryDirectory() as folder, JsonlLog(Path(folder) / "log", RECORDS) as log:
        for key in keys:
            log.add({"key": key})
        log.put_in_order(order)
        found = [record["key"] for record in log.records()]
    assert found == [*order, *(key for key in keys if key not in order)]


@given(
    st.lists(
        st.tuples(
            st.binary(min_size=DIGEST_BYTES, max_size=DIGEST_BYTES),
            st.binary(min_size=3, max_size=3),
        ),
        max_size=30,
    )
)
def test_a_digest_map_is_a_dict(pairs: list[tuple[bytes, bytes]]) -> None:
    # The last of the bytes alone differ for some, so that they stand in one bucket.
    near = [(bytes(DIGEST_BYTES - 2) + digest[-2:], value) for digest, value in pairs]
    made, expected = DigestMap(3), dict[bytes, bytes]()
    for digest, value in (*pairs, *near):
        made.set(digest, value)
        expected[digest] = value
    assert len(made) == len(expected)
    assert all(made.get(digest) == value for digest, value in expected.items())
    assert made.get(b"\xff" * DIGEST_BYTES) == expected.get(b"\xff" * DIGEST_BYTES)


@given(st.lists(KEYS, max_size=12), st.lists(KEYS, max_size=12))
def test_a_list_of_keys_finds_what_it_has(own: list[str], wanted: list[str]) -> None:
    mixed = [*wanted, *own[::2]]
    found = KeyList(own).places_of(KeyList(mixed)).tolist()
    expected = dict.fromkeys(own.index(key) for key in mixed if key in own)
    assert sorted(found) == sorted(expected)
    assert len(KeySet(own)) == len(set(own))


@given(st.lists(KEYS, max_size=20), st.integers(1, 9))
def test_every_item_falls_to_one_shard(keys: list[str], of: int) -> None:
    shards = [Shard.from_text(f"{number}/{of}") for number in range(1, of + 1)]
    assert all(sum(key in shard for shard in shards) == 1 for key in keys)


@given(st.text(max_size=8))
def test_a_shard_is_two_numbers_or_refused(text: str) -> None:
    try:
        shard = Shard.from_text(text)
    except UsageError:
        return
    assert 1 <= shard.number <= shard.of


@given(st.text(st.sampled_from("./\\:a\0\n~ é"), max_size=12) | st.text(max_size=12))
def test_a_safe_name_stays_below_its_folder(name: str) -> None:
    safe = safe_name(name)
    if safe is not None:
        assert inside(Path("/srv/music"), Path("/srv/music") / safe)


@given(st.lists(st.binary(max_size=9), max_size=9))
def test_lines_lie_where_they_say(parts: list[bytes]) -> None:
    content = b"\n".join(parts)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        lines = list(lines_of(file))
    for line in lines:
        assert line.content is not None
        assert content[line.begin :].startswith(line.content)
    assert b"".join((line.content or b"") + b"\n" * line.ended for line in lines) == content


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 19"):
        DigestMap(3).set(bytes(DIGEST_BYTES), b"four")
