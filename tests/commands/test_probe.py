"""`mullama probe`: one table from one command, exit codes, and one line for each thing that is wrong."""

import json
from pathlib import Path

import pytest

from mullama.cli import main
from paths import GOLDEN, RECIPES
from tagged import write_tagged


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    return write_tagged(tmp_path / "set")


def run(table: object, tmp_path: Path, *words: object) -> int:
    common = ["--out", tmp_path / "out", "--store", tmp_path / "store", "--device", "cpu"]
    quick = ["--hidden", 128, "--batch", 8, "--epochs", 60, "--patience", 15]
    return main([str(word) for word in ("probe", table, *common, *quick, *words)])


def test_one_table_from_one_command(
    tagged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    encoders = ("log-mel", GOLDEN / "mert", f"random:{GOLDEN / 'mert'}")
    words = [word for name in encoders for word in ("--encoder", name)]
    assert run(tagged, tmp_path, *words) == 0
    out = capsys.readouterr().out
    rows = [line.split("|")[1].strip() for line in out.splitlines() if line.startswith("| ")]
    assert rows[1:5] == ["log-mel (log-mel)", "mert (mert)", "random:mert (mert)", "chance"]
    assert "0 lost, 0 tags left out" in out
    stored = json.loads((tmp_path / "out" / "probe.json").read_text())
    assert stored["results"][0]["values"]["roc_auc"]["mean"]["value"] > 0.9
    assert f"--encoder random:{GOLDEN / 'mert'} " in stored["command"]
    assert "--hidden 128" in stored["command"]
    table = (tmp_path / "out" / "probe.md").read_text()
    assert f"`{stored['command']}`" in table
    assert run(tagged, tmp_path, *words) == 0
    assert (tmp_path / "out" / "probe.md").read_text() == table


def test_what_is_missing_is_counted_and_the_rest_goes_on(
    tagged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tagged.parent / "audio" / "3.wav").unlink()
    (tagged.parent / "audio" / "5.wav").write_text("no sound")
    tagged.write_text(tagged.read_text().replace("\n0.wav,", "\n0.wav,rare|"))
    assert run(tagged, tmp_path, "--encoder", "log-mel") == 1
    out, err = capsys.readouterr()
    assert "2 lost, 1 tags left out" in out
    errors = [line for line in err.splitlines() if line.startswith("mullama: error: ")]
    assert len(errors) == 2
    assert "without audio: 3.wav" in errors[0]
    assert "5.wav" in errors[1]
    table = (tmp_path / "out" / "probe.md").read_text()
    assert "* rare: no validation clip has it" in table


def test_an_encoder_whose_weights_do_not_load_costs_itself_alone(
    tagged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--encoder", "log-mel", "--encoder", RECIPES / "mert-small")  # which has none
    assert run(tagged, tmp_path, *words) == 1
    out, err = capsys.readouterr()
    assert "| log-mel (log-mel) |" in out
    assert "mert-small (" not in out
    assert err.count("holds no model.safetensors") == 1
    assert run(tagged, tmp_path, *words[2:]) == 2
    assert "no encoder could encode a single clip" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("table", "words", "message"),
    [
        ("nowhere.csv", (), "there is no such table of tags"),
        (None, ("--encoder", "nowhere"), "there is no folder nowhere"),
        (None, ("--encoder", RECIPES), "config.json does not exist"),
        (None, ("--encoder", "small", "--encoder", "small"), "two encoders are called 'small'"),
        (None, ("--encoder", "log-mel", "--top", "0"), "--top"),
        (None, ("--encoder", "log-mel", "--workers", "0"), "--workers"),
        (None, ("--device", "abacus"), "'abacus' cannot be used"),
    ],
)
def test_nothing_can_be_done(
    tagged: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    table: str | None,
    words: tuple[object, ...],
    message: str,
) -> None:
    assert run(table or tagged, tmp_path, *words) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_one_track_alone(tagged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tagged.read_text().splitlines()
    rows = [f"{line},{'one' if line.endswith('test') else n}" for n, line in enumerate(lines[1:])]
    tagged.write_text("\n".join([f"{lines[0]},track", *rows]))
    assert run(tagged, tmp_path, "--encoder", "log-mel") == 2
    assert "all test clips are of one track" in capsys.readouterr().err
