"""What a language model is asked holds the description and the form, and hides neither."""

from mullama.data.formats.published import FIXED_QUESTIONS
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.prompts import (
    MAX_TEXT,
    correction,
    fixed_prompt,
    fixed_schema,
    open_prompt,
    open_schema,
)

CAPTION = Description("test", "1", "A slow song.", "caption")
TAGS = Description("test", "2", "rock, slow", "tags")


def test_both_prompts_show_the_description() -> None:
    for prompt in (fixed_prompt, open_prompt):
        assert "A slow song." in prompt(CAPTION)
        assert "rock, slow" in prompt(TAGS)
        assert prompt(CAPTION).split("\n")[0] != prompt(TAGS).split("\n")[0]


def test_the_fixed_questions_are_asked_word_for_word() -> None:
    for number, question in enumerate(FIXED_QUESTIONS, start=1):
        assert f"\n{number}. {question}\n" in fixed_prompt(CAPTION)


def test_a_huge_description_is_cut() -> None:
    huge = Description("test", "3", "x" * 1_000_000, "caption")
    assert len(open_prompt(huge)) < 2 * MAX_TEXT


def test_schemas_ask_for_as_many_as_the_prompts() -> None:
    assert fixed_schema()["properties"]["answers"]["minItems"] == 4
    pairs = open_schema()["properties"]["pairs"]
    assert pairs["maxItems"] == 5
    assert pairs["items"]["required"] == ["question", "answer"]
    assert open_schema()["additionalProperties"] is False


def test_a_correction_says_why() -> None:
    assert "it is empty" in correction("it is empty")
