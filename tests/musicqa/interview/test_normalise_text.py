"""Pieces of replies are made into clean lines, and questions compared."""

import pytest

from mullama.musicqa.interview.normalise_text import clean, same_question


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  a\n\tb ", "a b"),
        ('"quoted"', "quoted"),
        ("\u201cquoted\u201d", "quoted"),
        ("'\"twice\"'", "twice"),
        ('"a" and "b"', '"a" and "b"'),
        ('"', '"'),
        ("", ""),
    ],
)
def test_a_line_is_clean(text: str, line: str) -> None:
    assert clean(text) == line


def test_questions_are_compared_by_their_words() -> None:
    assert same_question("What is THE tempo?", " what is the  tempo ")
    assert not same_question("What is the tempo?", "What is the mood?")
