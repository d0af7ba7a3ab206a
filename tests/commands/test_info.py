"""`mullama info`: one line a fact, whatever the model's files say."""

import json
from pathlib import Path

import pytest

from mullama.cli import main

HOSTILE = "clean\x1b[2J\x1b]0;owned\x07\r\u202egnp\n{question}\x9b31m"


def test_nothing_that_a_terminal_obeys_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"prompt": HOSTILE, "provenance": {"by\x1b[31m": {"a\nb": ["\x07"]}}}
    (folder / "config.json").write_text(json.dumps(config))
    assert main(["info", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.isprintable() for line in lines)
    assert any(r"clean\x1b[2J\x1b]0;owned\x07\r\u202egnp\n{question}\x9b31m" in x for x in lines)
    assert main(["info", "--json", str(folder)]) == 0
    out = capsys.readouterr().out
    assert json.loads(out)["prompt"] == HOSTILE
    assert out.rstrip("\n").isprintable()


def test_an_error_is_one_printable_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["model_type"] = "x\n\x1b[31my"
    (folder / "config.json").write_text(json.dumps(config))
    assert main(["info", str(folder)]) == 2
    assert capsys.readouterr().err.rstrip("\n").isprintable()
