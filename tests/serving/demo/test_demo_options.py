"""Who may come in: from flags, from a file, from the environment."""

from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.serving.demo.demo_options import VARIABLE, DemoOptions


def test_everybody_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert DemoOptions().users() == {}
    assert not DemoOptions().share
    assert DemoOptions().host == "127.0.0.1"


def test_flags_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "ada:one bob:two:three")
    assert DemoOptions().users() == {"ada": "one", "bob": "two:three"}
    assert DemoOptions(auth=("eve:four",)).users() == {"eve": "four"}


def test_a_file_holds_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("ada:pass word\n\nbob:two\n")
    users = DemoOptions(auth=(f"@{tmp_path / 'users'}",)).users()
    assert users == {"ada": "pass word", "bob": "two"}


@pytest.mark.parametrize("entry", ["ada", "ada:", ":secret", "@/nowhere/users", "@/dev/null"])
def test_what_names_nobody_lets_nobody_in(entry: str) -> None:
    with pytest.raises(UsageError, match="--auth") as caught:
        DemoOptions(auth=(entry,)).users()
    assert "secret" not in str(caught.value)
