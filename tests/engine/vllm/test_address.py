"""Which addresses songs and questions may be sent to, and how they are given."""

import argparse

import pytest

from mullama.answer_options import AnswerOptions
from mullama.commands.answer_flags import add_answer_flags, answer_flags
from mullama.engine.vllm.address import checked_url
from mullama.errors import UsageError


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("http://localhost:8001/v1/", "http://localhost:8001"),
        ("http://10.1.2.3/llm", "http://10.1.2.3/llm"),
        ("http://[::1]:8001", "http://[::1]:8001"),
        ("https://vllm.example.org", "https://vllm.example.org"),
    ],
)
def test_these_may_be_asked(given: str, base: str) -> None:
    assert checked_url(given) == base


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("http://93.184.215.14:8001", "https alone"),
        ("http://0.0.0.0:8001", "https alone"),
        ("http://no-such-host.invalid", "has no address"),
        ("http://user:secret@127.0.0.1", "MULLAMA_ENGINE_KEY"),
        ("ftp://127.0.0.1", "should be vllm:http"),
        ("127.0.0.1:8001", "should be vllm:http"),
        ("http://", "should be vllm:http"),
        ("http://127.0.0.1:99999", "cannot be read"),
        ("http://127.0.0.1/?a=b", "should be vllm:http"),
    ],
)
def test_these_may_not(given: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as told:
        checked_url(given)
    assert "secret" not in str(told.value)


def parsed(*words: str, own_engine: bool = False) -> tuple[AnswerOptions, argparse.Namespace]:
    parser = argparse.ArgumentParser()
    if own_engine:
        parser.add_argument("--engine", default=argparse.SUPPRESS)
    add_answer_flags(parser, own_engine=own_engine)
    arguments = parser.parse_args(words)
    return answer_flags(arguments, own_engine=own_engine), arguments


@pytest.mark.parametrize("flag", ["--engine", "--answer-at"])
@pytest.mark.parametrize("own_engine", [False, True])
def test_both_flags_name_the_server(flag: str, own_engine: bool) -> None:
    options, rest = parsed(flag, "vllm:http://127.0.0.1:1", own_engine=own_engine)
    assert options.url == "http://127.0.0.1:1"
    assert not hasattr(rest, "engine")


def test_the_workers_of_a_verb_stay_its_own() -> None:
    options, rest = parsed("--engine", "threads", own_engine=True)
    assert options.answer_at is None
    assert rest.engine == "threads"


@pytest.mark.parametrize(
    "words",
    [
        ("--engine", "ray"),
        ("--engine", "vllm:http://a", "--answer-at", "vllm:http://b"),
        ("--answer-at", "http://127.0.0.1:1"),
        ("--adapters", "somewhere"),
    ],
)
def test_what_does_not_go_together_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        parsed(*words)
