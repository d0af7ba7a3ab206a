"""Prompts are data: byte for byte what the weights saw."""

import hashlib

import pytest

from mullama.answer.prompt import TEMPLATES, fill, follow
from mullama.errors import UsageError


def test_the_published_prompt_byte_for_byte() -> None:
    text = fill("published", "Describe the audio")
    assert text.startswith("Below is an instruction that describes a task, paired with an input")
    assert text.endswith("\n\n### Input:\n<built-in function input>\n\n### Response:")
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "150c5306137be2a855428f00cd204532460db9dd2e84335ae7830bea8dcb8201"


@pytest.mark.parametrize("name", TEMPLATES)
def test_braces_and_unicode_survive(name: str) -> None:
    question = "What is {question} {0} {}? \N{MULTIPLE MUSICAL NOTES}"
    assert question in fill(name, question)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="published, alpaca, clean, brief"):
        fill("no-such", "")


def test_a_template_can_stand_for_itself() -> None:
    question = "What is {question} {}?"
    assert (
        fill("<|user|>{question}<|end|> {braces}", question)
        == f"<|user|>{question}<|end|> {{braces}}"
    )
    with pytest.raises(UsageError, match=r"holds \{question\} once"):
        fill("{question} {question}", "")


def test_what_follows_a_prompt_is_as_in_training() -> None:
    assert follow("brief", "Jazz.") == " Jazz."
    assert follow("clean", "Jazz.") == follow("Q {question} A:", "Jazz.") == "Jazz."
