from collections import Counter

from mullama.studio.instruments import INSTRUMENTS, SINGERS
from mullama.studio.truth import Truth
from mullama.studio.words.balance import LOOKALIKES, balanced_presences

PLAYED = [name for name in INSTRUMENTS if name not in SINGERS]


def test_yes_and_no_are_equally_often_right_for_every_instrument(truths: list[Truth]) -> None:
    asked = balanced_presences(truths, 0)
    answers = Counter(
        (name, name in truth.instruments)
        for truth, names in zip(truths, asked, strict=True)
        for name in names
    )
    for name in PLAYED:
        assert answers[name, True] == answers[name, False] > 10
    assert all(len(set(names)) == len(names) for names in asked)


def test_a_limit_holds_for_each_answer(truths: list[Truth]) -> None:
    asked = balanced_presences(truths, 0, per_instrument=3)
    assert Counter(name for names in asked for name in names) == dict.fromkeys(PLAYED, 6)


def test_tempting_clips_are_asked_more_often(truths: list[Truth]) -> None:
    asked = balanced_presences(truths, 0)
    lacking = [(t, n) for t, n in zip(truths, asked, strict=True) if "violin" not in t.instruments]
    group = next(group for group in LOOKALIKES if "violin" in group)
    similar = [names for truth, names in lacking if not group.isdisjoint(truth.instruments)]
    others = [names for truth, names in lacking if group.isdisjoint(truth.instruments)]
    rates = [sum("violin" in n for n in part) / len(part) for part in (similar, others)]
    assert rates[0] > rates[1]


def test_the_choice_is_repeatable(truths: list[Truth]) -> None:
    assert balanced_presences(truths, 3) == balanced_presences(truths, 3)
    assert balanced_presences(truths, 3) != balanced_presences(truths, 4)
    assert balanced_presences([], 0) == []
