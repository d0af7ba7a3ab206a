"""Every option of a writer can be given on the command line, and makes sense or is refused."""

import argparse
from dataclasses import Field, fields

import pytest

from mullama.errors import UsageError
from mullama.musicqa.writers import Usage, WriterOptions, open_writer
from mullama.options import add_flags, from_flags


def parsed(*words: str) -> WriterOptions:
    parser = argparse.ArgumentParser()
    add_flags(parser, WriterOptions)
    return from_flags(WriterOptions, parser.parse_args(words))


def test_options_are_read_from_the_command_line() -> None:
    assert parsed() == WriterOptions()
    assert parsed("--in-flight", "4", "--temperature", "0.5") == WriterOptions(
        in_flight=4, temperature=0.5
    )


@pytest.mark.parametrize("option", fields(WriterOptions), ids=lambda option: option.name)
def test_an_impossible_value_is_refused(option: "Field[float]") -> None:
    name = f"--{option.name.replace('_', '-')}"
    for value in ("-1", "nan", "inf", "1e300", "9" * 10_000, "", "x"):
        with pytest.raises(UsageError, match=name):
            parsed(f"{name}={value}")


def test_the_error_names_all_writers() -> None:
    with pytest.raises(
        UsageError, match="no writer is called 'templat'; there are: template, local, openai; did"
    ):
        open_writer("templat")


@pytest.mark.parametrize("name", ["", "gpt", "template:x", "local:"])
def test_an_unknown_writer_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        open_writer(name)


def test_cost_is_added_up() -> None:
    usage = Usage(price_in=0.5, price_out=1.5)
    assert str(usage) == "0 requests, 0 + 0 tokens, cost 0.00"
    usage.add(2_000_000, 1_000_000)
    assert usage.cost == 2.5
