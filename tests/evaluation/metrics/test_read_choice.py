"""Which option an answer names; what names none or several is not read."""

import pytest

from mullama.evaluation.metrics.read_choice import read_choice

OPTIONS = ("A loud song", "piano", "electric piano", "F# minor")


@pytest.mark.parametrize(
    ("answer", "option"),
    [
        *((answer, 1) for answer in ("B", "b", " (B) ", "B.", "**B**", "B) piano", "B: piano",
                                     "B - piano", "B, piano")),
        *((answer, 1) for answer in ("The answer is (B).", "answer: B", "Answer: **B**", "Option B",
                                     "The correct option is B because of its sound",
                                     "Option A is a song; option C is one too. Answer: B",
                                     "I think (B)")),
        *((answer, 1) for answer in ("I think it's B.", "I'd choose B", "The letter is B", "Select B",
                                     "So the answer would be B", "The correct choice would be B.",
                                     r"\boxed{B}", r"The answer is $\boxed{\text{B}}$.",
                                     "<answer>B</answer>", "The answer is b", "The answer is: b)",
                                     "I would go with option B because of its sound",
                                     "I don't know, the answer is B", "Hmm, actually B.",
                                     "The answer is B. Wait, yes, B.")),
        ("The answer is: A) A loud song", 0),
        ("A loud song", 0),
        ("It is an electric piano.", 2),
        ("Not a piano but an electric piano", 2),
        ("The song is in F♯ minor.", 3),
        ("It is not loud. Piano", 1),
    ],
)  # fmt: skip
def test_read(answer: str, option: int) -> None:
    assert read_choice(answer, OPTIONS) == option


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "A quiet song",
        "A or B",
        "The answer is A or B",
        "The answer is a or b",
        "I think it's B, or C",
        "The answer is A. But wait, actually B.",
        "A. No, B.",
        "Option A. Actually, option B",
        "The answer is A quiet thing",
        "The answer is a quiet thing",
        "The answer is A.M. radio",
        "It's A Quiet Thing",
        "It's A minor",
        "I don't think it's B.",
        "I wouldn't choose B",
        "The piano is absent.",
        "A) piano",  # the letter of one with the text of another
        "piano and electric piano",
        "It isn't a piano",
        "The answer is not B",
        "E",
        "A.M. radio",
        "I cannot tell",
        "F#",
    ],
)
def test_not_read(answer: str) -> None:
    assert read_choice(answer, OPTIONS) is None


def test_numbers_keep_their_points() -> None:
    assert read_choice("It takes 6.5 seconds", ("6", "6.5")) == 1
    assert read_choice("It takes 6 seconds.", ("6", "6.5")) == 0
    assert read_choice("in 3/4", ("4/4", "3/4", "4")) == 1


def test_options_that_only_signs_tell_apart_are_read_by_letter() -> None:
    assert read_choice("-3 dB", ("+3 dB", "-3 dB")) is None
    assert read_choice("(B) -3 dB", ("+3 dB", "-3 dB")) == 1
