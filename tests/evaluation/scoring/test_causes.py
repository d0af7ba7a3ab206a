"""Causes that differ in a place alone are one."""

from mullama.evaluation.scoring.causes import grouped


def test_causes_are_told_apart_by_what_they_say() -> None:
    empty = {f"a.jsonl, line {n}: the answer is empty": 1 for n in (3, 7, 9)}
    assert grouped({**empty, "b.jsonl, line 3: the answer is empty": 1, "gone": 2}) == {
        "a.jsonl, line 3: the answer is empty (and at 2 other places)": 3,
        "gone": 2,
        "b.jsonl, line 3: the answer is empty": 1,
    }


def test_the_commonest_are_kept() -> None:
    causes = {f"cause {letter}": count for count, letter in enumerate("abcdefg", start=1)}
    assert list(grouped(causes).values()) == [7, 6, 5, 4, 3]
