from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.serving.keys import VARIABLE, ApiKeys, KeyTries, read_keys
from mullama.serving.pace import MAX_CALLERS, TRIES
from mullama.serving.refusals import ApiError


def test_a_key_is_known_by_a_name_that_does_not_show_it() -> None:
    keys = ApiKeys(["first-key-0", "second-key"])
    first, second = keys.caller("Bearer first-key-0"), keys.caller("bearer second-key")
    assert first is not None
    assert second is not None
    assert first != second
    assert "first" not in first


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer first-key-1", "Basic first-key-0", "first-key-0", "é"],
)
def test_anything_else_is_nobody(header: str | None) -> None:
    assert ApiKeys(["first-key-0"]).caller(header) is None


@pytest.mark.parametrize("key", ["", "short", "with a space", "señor-key"])
def test_keys_that_can_be_guessed_or_not_be_sent_are_refused(key: str) -> None:
    with pytest.raises(UsageError, match="at least 8 characters"):
        ApiKeys([key])


def test_keys_come_from_a_file_and_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "keys"
    file.write_text("# ours\nfrom-the-file\n\n")
    monkeypatch.setenv(VARIABLE, "from-the-environment another-of-them")
    keys = read_keys(file)
    for key in ("from-the-file", "from-the-environment", "another-of-them"):
        assert keys.caller(f"Bearer {key}")


def test_a_file_without_keys_does_not_open_the_server(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    with pytest.raises(UsageError, match="cannot read the API keys"):
        read_keys(file)
    file.write_text("# none yet\n")
    with pytest.raises(UsageError, match="no API key"):
        read_keys(file)


def test_without_keys_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert not read_keys(None)


def test_wrong_keys_are_few_a_minute_from_one_address() -> None:
    now = 0.0
    tries = KeyTries(ApiKeys(["first-key-0", "second-key"]), clock=lambda: now)
    assert tries.caller("Bearer first-key-0", "here")
    for number in range(TRIES):
        assert tries.caller(f"Bearer guess-{number}", "here") is None
        assert tries.caller(None, "here") is None  # which is no guess
    for key in ("guess", "second-key"):
        with pytest.raises(ApiError, match="wrong keys a minute") as refused:
            tries.caller(f"Bearer {key}", "here")
        assert refused.value.status == 429
    assert tries.caller("Bearer first-key-0", "here")  # it was let in before
    assert tries.caller("Bearer second-key", "there")
    now = 10.0
    assert tries.caller("Bearer second-key", "here")


def test_what_is_remembered_of_keys_is_bounded() -> None:
    tries = KeyTries(ApiKeys(["first-key-0"]))
    for number in range(MAX_CALLERS + 50):
        tries.caller("Bearer first-key-0", str(number))
    assert len(tries._let_in) == MAX_CALLERS
