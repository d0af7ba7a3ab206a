"""However a model writes its answers and pairs down, they are read; what is incomplete is told."""

import json

import pytest

from mullama.data.formats.published import FIXED_QUESTIONS
from mullama.musicqa.interview.replies import UnusableReplyError, read_answers, read_pairs

ANSWERS = ("A song.", "A slow song: drums, bass. It is sad.", "I hear a piano.", "It is old.")
PAIRS = (
    ("What is the tempo?", "It is slow. About 60 BPM."),
    ("Describe the mood.", "Sad, and calm."),
    ("Which instruments play?", "A piano and drums."),
)
QUESTION_1 = FIXED_QUESTIONS[0]

ANSWER_FORMS = {
    "plain": "1. {}\n2. {}\n3. {}\n4. {}",
    "blank lines and remarks": "Sure! Here are the answers:\n\n1. {}\n\n2. {}\n\n3. {}\n\n4. {}\n\n"
    "I hope this helps! Let me know if you need more.",
    "parentheses": "  1) {}\n  2) {}\n  3) {}\n  4) {}",
    "bold and labels": "1. **Answer:** {}\n2. **Answer:** {}\n3. **Answer:** {}\n4. **Answer:** {}",
    "questions repeated": "\n".join(f"{n}. {q}: {{}}" for n, q in enumerate(FIXED_QUESTIONS, 1)),
    "questions above": "\n".join(f"{n}. {q}\nA: {{}}" for n, q in enumerate(FIXED_QUESTIONS, 1)),
    "questions and answers": "\n\n".join(f"Q: {q}\nA: {{}}" for q in FIXED_QUESTIONS),
    "headings": "\n\n".join(f"### {q}\n\n{{}}" for q in FIXED_QUESTIONS),
    "numbered bold headings": "\n".join(
        f"**{n}. {q}**\n{{}}" for n, q in enumerate(FIXED_QUESTIONS, 1)
    ),
    "all numbered one": "1. {}\n1. {}\n1. {}\n1. {}",
    "thoughts": "<think>\n1. what\n2. is\n3. this\n4. about\n</think>\n1. {}\n2. {}\n3. {}\n4. {}",
    "the end of thoughts": "that is\n1. all\n</think>\n1. {}\n2. {}\n3. {}\n4. {}",
    "answer n": "Answer 1: {}\nAnswer 2: {}\nAnswer 3: {}\nAnswer 4: {}",
}
PAIR_FORMS = {
    "asked for": "1. Question: {}\nAnswer: {}\n2. Question: {}\nAnswer: {}\n3. Question: {}\nAnswer: {}",
    "blank lines and a remark": "Here they are:\n\n1. Question: {}\n\nAnswer: {}\n\n2. Question: {}\n\n"
    "Answer: {}\n\n3. Question: {}\n\nAnswer: {}\n\nNote: I made these up.",
    "short labels": "Q: {}\nA: {}\n\nQ: {}\nA: {}\n\nQ: {}\nA: {}",
    "numbered labels": "Q1: {}\nA1: {}\nQ2: {}\nA2: {}\nQ3: {}\nA3: {}",
    "numbers alone": "1. {}\n{}\n\n2. {}\n{}\n\n3. {}\n{}",
    "indented": "1. {}\n   - {}\n2. {}\n   - {}\n3. {}\n   - {}",
    "bold": "**1. Question:** {}\n**Answer:** {}\n**2. Question:** {}\n**Answer:** {}\n"
    "**3. Question:** {}\n**Answer:** {}",
    "one line": "1. Q: {} A: {}\n2. Q: {} A: {}\n3. Q: {} A: {}",
    "headings": "### Question 1\n{}\n### Answer 1\n{}\n### Question 2\n{}\n### Answer 2\n{}\n"
    "### Question 3\n{}\n### Answer 3\n{}",
}


@pytest.mark.parametrize("form", ANSWER_FORMS)
def test_answers_are_read(form: str) -> None:
    text = ANSWER_FORMS[form].format(*ANSWERS)
    assert read_answers(text, FIXED_QUESTIONS) == ANSWERS


@pytest.mark.parametrize(
    "value",
    [
        {"answers": list(ANSWERS)},
        list(ANSWERS),
        {str(n): answer for n, answer in enumerate(ANSWERS, 1)},
        dict(zip(FIXED_QUESTIONS, ANSWERS, strict=True)),
        [{"question": q, "answer": a} for q, a in zip(FIXED_QUESTIONS, ANSWERS, strict=True)],
        {"answers": [{"answer": answer} for answer in ANSWERS]},
    ],
)
@pytest.mark.parametrize("frame", ["{}", "```json\n{}\n```", "Here:\n\n```\n{}\n```\nDone [1]."])
def test_answers_in_json_are_read(value: object, frame: str) -> None:
    text = frame.replace("{}", json.dumps(value, indent=1))
    assert read_answers(text, FIXED_QUESTIONS) == ANSWERS


@pytest.mark.parametrize("form", PAIR_FORMS)
def test_pairs_are_read(form: str) -> None:
    text = PAIR_FORMS[form].format(*(part for pair in PAIRS for part in pair))
    assert read_pairs(text, 3) == PAIRS


@pytest.mark.parametrize(
    "value",
    [
        {"pairs": [{"question": q, "answer": a} for q, a in PAIRS]},
        [{"Q": q, "A": a} for q, a in PAIRS],
        {f"pair {n}": {"question": q, "answer": a} for n, (q, a) in enumerate(PAIRS)},
    ],
)
def test_pairs_in_json_are_read(value: object) -> None:
    assert read_pairs(f"Sure:\n```json\n{json.dumps(value)}\n```", 3) == PAIRS


def test_whole_pairs_of_cut_json_are_read() -> None:
    text = json.dumps({"pairs": [{"question": q, "answer": a} for q, a in PAIRS]})
    assert read_pairs(text[:-20], 2) == PAIRS[:2]


def test_json_objects_line_by_line_are_read() -> None:
    text = "\n".join(json.dumps({"question": q, "answer": a}) for q, a in PAIRS)
    assert read_pairs(text, 3) == PAIRS


def test_answers_may_have_several_lines() -> None:
    text = "1. First line\nand second.\n\nAnd a paragraph.\n2. b\n3. c\n4. d"
    first = read_answers(text, FIXED_QUESTIONS)[0]
    assert first == "First line and second. And a paragraph."
    pairs = read_pairs("Q: a?\nA: one\ntwo\n\n- three\nQ: b?\nA: four", 2)
    assert pairs == (("a?", "one two three"), ("b?", "four"))


def test_a_numbered_list_within_an_answer_stays_in_it() -> None:
    text = "1. What plays?\nAnswer: These:\n1. piano\n2. drums\n2. Is it slow?\nAnswer: Yes."
    assert len(read_pairs(text, 2)) == 2


def test_repeated_and_fixed_questions_are_passed_over() -> None:
    text = "Q: a?\nA: 1\nQ: A ?\nA: 2\nQ: describe the audio.\nA: 3\nQ: b?\nA: 4"
    assert read_pairs(text, 2, FIXED_QUESTIONS) == (("a?", "1"), ("b?", "4"))
    with pytest.raises(UnusableReplyError, match="repeat"):
        read_pairs(text, 3, FIXED_QUESTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot help with that.",
        "1. a\n2. b\n3. c",
        "1. a\n2. ...\n3. c\n4. d",
        "1. a\n2. [answer]\n3. c\n4. d",
        '{"answers": ["a", "b"]}',
        '{"answers": ["a", "b", "c"',
        "<think>1. a\n2. b\n3. c\n4. d",
        "[" * 100_000,
        "1. a\n2. b\n3. c\n4. " + "d" * 5000,
        '{"answers": null}',
        "[[[]]]",
        "{}",
    ],
)
def test_what_is_incomplete_is_told(text: str) -> None:
    with pytest.raises(UnusableReplyError, match=r"\w"):
        read_answers(text, FIXED_QUESTIONS)
    with pytest.raises(UnusableReplyError, match=r"\w"):
        read_pairs(text, 5)


def test_answers_come_on_one_line_without_quotation_marks() -> None:
    text = '1. "A\tsong."\n2. “b”\n3. \'c\' and "d"\n4. d'
    assert read_answers(text, FIXED_QUESTIONS) == ("A song.", "b", "'c' and \"d\"", "d")
