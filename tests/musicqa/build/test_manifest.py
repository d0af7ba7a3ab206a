"""Entries survive; half a line does not; nobody else writes at the same time."""

from pathlib import Path

import pytest

from mullama.errors import AudioError, UsageError
from mullama.musicqa.build.manifest import Entry, Met, Register

ENTRIES = [
    Entry("pretrain", "studio", "1", "000000.wav", "ab", 10.0, damaged=True),
    Entry("pretrain", "studio", "ü", failed="no such file"),
]


@pytest.fixture
def register(tmp_path: Path) -> Register:
    register = Register(tmp_path / "clips.jsonl")
    with register:
        for entry in ENTRIES:
            register.append(entry)
    return register


def test_entries_come_back_and_go_on(register: Register) -> None:
    assert list(register.entries()) == ENTRIES
    with register:
        register.append(ENTRIES[0])
    assert list(register.entries()) == [*ENTRIES, ENTRIES[0]]


@pytest.mark.parametrize("torn", [b'{"part": "pre', b"x" * 200_000])
def test_half_a_line_goes(register: Register, torn: bytes) -> None:
    with register.path.open("ab") as file:
        file.write(torn)
    with register:
        register.append(ENTRIES[1])
    assert list(register.entries()) == [*ENTRIES, ENTRIES[1]]


def test_only_half_a_line(tmp_path: Path) -> None:
    register = Register(tmp_path / "clips.jsonl")
    register.path.write_bytes(b'{"part"')
    with register:
        pass
    assert list(register.entries()) == []


def test_other_lines_are_refused(register: Register) -> None:
    for line in ('{"part": "eval"}', "[]", "{"):
        register.path.write_text(line + "\n")
        with pytest.raises(UsageError, match="line 1: no clip"):
            list(register.entries())


def test_one_builder_at_a_time(register: Register) -> None:
    pytest.importorskip("fcntl")
    with register, pytest.raises(UsageError, match="another process"), Register(register.path):
        pass
    with pytest.raises(ValueError, match="inside `with`"):
        register.append(ENTRIES[0])


def test_what_was_met() -> None:
    met = Met()
    for entry in ENTRIES:
        met.note(entry)
    met.require_new_origin("studio", "ü")  # it failed: its turn may come
    met.require_new_sound("pretrain", "ab")
    with pytest.raises(AudioError, match="in pretrain already"):
        met.require_new_origin("studio", "1")
    with pytest.raises(AudioError, match=r"the same sound is in pretrain already, as 000000\.wav"):
        met.require_new_sound("eval", "ab")
