"""A command line -> options: what is given, what is refused, what help says."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

from mullama.errors import UsageError
from mullama.options import add_flags, from_flags, given_flags
from option_kinds import Kinds, Nested


def parsed(*words: str, **settings: Any) -> Any:
    parser = ArgumentParser(prog="it")
    add_flags(parser, Kinds, **settings)
    return parser.parse_args(words)


def shown(**settings: Any) -> str:
    parser = ArgumentParser(prog="it")
    add_flags(parser, Kinds, **settings)
    return " ".join(parser.format_help().split())


def test_every_kind_of_flag() -> None:
    words = ["-o", "d", "--top-p", "0.5", "--seed", "7", "--count", "-4", "--speed", "1e-2"]
    words += ["--mode", "fsdp", "--workers", "2", "--files", "a", "--files", "b", "--tags", "x"]
    words += ["--weights", "1", "--no-keep", "--force", "--audio", "w.wav"]
    assert from_flags(Kinds, parsed(*words)) == Kinds(
        out=Path("d"),
        top_p=0.5,
        seed=7,
        count=-4,
        speed=0.01,
        mode="fsdp",
        workers=2,
        files=(Path("a"), Path("b")),
        weights=(1.0,),
        tags=frozenset({"x"}),
        keep=False,
        force=True,
        audio=Path("w.wav"),
    )


def test_what_is_not_given_is_the_dataclass_own_default() -> None:
    arguments = parsed("--out", "d")
    assert vars(arguments) == {"out": "d"}
    assert from_flags(Kinds, arguments) == Kinds(out=Path("d"))


def test_stored_defaults_leave_only_what_was_given() -> None:
    assert given_flags(Kinds, parsed(defaults_stored=True)) == {}
    arguments = parsed("--top-p", "0", "--no-force", "--workers", "auto", defaults_stored=True)
    assert given_flags(Kinds, arguments) == {"top_p": 0.0, "force": False, "workers": "auto"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--top-p", "1.5"], "--top-p: expected float from 0 to 1, got 1.5"),
        (["--top-p", "nan"], "--top-p: expected float from 0 to 1, got nan"),
        (["--top-p", "much"], "--top-p: expected float from 0 to 1, got 'much'"),
        (["--seed", "-1"], f"--seed: expected int from 0 to {2**63 - 1}, got -1"),
        (["--seed", "1.5"], f"--seed: expected int from 0 to {2**63 - 1}, got '1.5'"),
        (["--seed", "9" * 5000], "--seed: expected int"),
        (["--mode", "fspd"], "'fspd'; did you mean 'fsdp'?"),
        (["--workers", "many"], "--workers: expected int or 'auto', got 'many'"),
        (["--weights", "1", "--weights", "-1"], "--weights[1]: expected finite float >= 0, got -1"),
        (["--audio", ""], "--audio: expected path, got ''"),
    ],
)
def test_a_value_that_does_not_fit_names_its_flag(words: list[str], said: str) -> None:
    arguments = parsed("--out", "d", *words)
    for read in (from_flags, given_flags):
        with pytest.raises(UsageError) as caught:
            read(Kinds, arguments)
        assert said in str(caught.value)
        assert len(str(caught.value)) < 200


def test_what_must_be_given_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed()
    assert "-o/--out" in capsys.readouterr().err


def test_help_has_docstrings_defaults_and_choices() -> None:
    text = shown(group="all of them")
    assert "all of them:" in text
    assert "-o DIR, --out DIR Where it goes: 100% of it, on one line" in text
    assert "--top-p X A share (default: 0.8)" in text
    assert "--mode {ddp,fsdp} How it is spread (default: ddp)" in text
    assert "--workers N|{auto} How many, or `auto` (default: auto)" in text
    assert "--files PATH What is read (default: nothing)" in text
    assert "--weights X (default: 1.0, 2.5)" in text
    assert "--keep, --no-keep Whether files stay (default: yes)" in text
    assert "--force Overwrite" in text
    assert "--no-force" not in text
    assert "default" not in shown(defaults_stored=True, without=("files",))


def test_fields_without_a_flag_are_passed_beside_the_flags() -> None:
    assert "--tags" not in shown(without=("tags",))
    arguments = parsed("--out", "d", without=("tags",))
    assert from_flags(Kinds, arguments, tags=frozenset({"a"})).tags == {"a"}


def test_a_positional_argument_of_the_same_name_counts() -> None:
    parser = ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    add_flags(parser, Kinds, without=("files",))
    assert from_flags(Kinds, parser.parse_args(["a", "b", "-o", "d"])).files == (
        Path("a"),
        Path("b"),
    )


def test_a_field_that_no_flag_can_express_is_not_left_out_silently() -> None:
    with pytest.raises(TypeError, match="no flag can express"):
        add_flags(ArgumentParser(), Nested)
    with pytest.raises(TypeError, match="dict"):
        add_flags(ArgumentParser(), Nested, without=("parts", "main"))
