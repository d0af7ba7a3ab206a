from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.studio.sound.banks import (
    BANKS,
    FOLDER_VARIABLE,
    HELD_OUT_BANK,
    TRAINING_BANKS,
    Bank,
    bank_named,
)


def test_training_never_uses_the_held_out_bank() -> None:
    assert HELD_OUT_BANK in BANKS
    assert set(TRAINING_BANKS) == set(BANKS) - {HELD_OUT_BANK}
    assert sum(TRAINING_BANKS.values()) == pytest.approx(1.0)


def test_a_missing_bank_names_its_package() -> None:
    bank = Bank("ghost", ("nowhere.sf2",), "ghost-soundfont", "MIT")
    with pytest.raises(UsageError, match="apt-get install ghost-soundfont"):
        bank.path()


def test_further_folders_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "TimGM6mb.sf2"
    own.write_bytes(b"")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert BANKS["timgm6mb"].path() == own


def test_an_unknown_bank_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="there are: fluidr3"):
        bank_named("wavetable")
