"""What in an answer follows from the music."""

import pytest

from mullama.training.small.emphasis import facts_said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Yes, there is a trumpet.", ["Yes", "trumpet"]),
        ("No. The tempo is about 119 BPM.", ["No", "119"]),
        ("It seems to be in Eb major.", ["Eb major"]),
        ("I hear a double bass, a piano and drums.", ["double bass", "piano", "drums"]),
        ("It is counted in 6/8.", ["6/8"]),
        ("Not quite.", []),
        ("The capital of France is Paris.", []),
    ],
)
def test_the_facts_of_an_answer_and_its_verdict(answer: str, said: list[str]) -> None:
    assert [answer[start:end] for start, end in sorted(facts_said(answer))] == said
