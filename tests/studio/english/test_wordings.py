"""Every line of `asked/` is a pattern that can be filled, and there are many of each kind."""

import random
from typing import get_args

import pytest

from mullama.studio.english.converse import KINDS
from mullama.studio.english.declines import SUBJECTS
from mullama.studio.english.patterns import count
from mullama.studio.english.wordings import (
    ASKED,
    NAMES,
    Folder,
    asks_whether,
    kinds,
    patterns_for,
    worded,
)

FOLDERS: tuple[Folder, ...] = get_args(Folder)
BLANKS = {
    "thing": "a piano", "bare": "piano", "Bare": "Piano", "mood": "calm", "other": "a march",
    "occasion": "a wedding", "Occasion": "A wedding", "one": "jazz", "One": "Jazz", "two": "rock",
    "stuff": "bread", "place": "Norway", "person": "Plato", "topic": "chess", "number": "two",
    "number_two": "six",
}  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_line_is_a_pattern_of_its_own(folder: Folder) -> None:
    rng = random.Random(0)
    for kind in kinds(folder):
        patterns = patterns_for(kind, folder)
        assert len(set(patterns)) == len(patterns), kind
        for pattern in patterns:
            assert pattern == pattern.strip() != "", kind
            for _ in range(3):
                text = worded(rng, [pattern], **BLANKS)
                assert text[-1] in ".?!", pattern
                assert not set("{}[]|") & set(text), pattern
                assert "  " not in text, pattern


def test_all_folders_are_read_and_kinds_have_names() -> None:
    assert {path.name for path in ASKED.iterdir()} == set(FOLDERS)
    assert {path.suffix for path in ASKED.glob("*/*")} == {".txt"}
    assert "rhythm section" in kinds()
    assert set(kinds("untold")) == set(SUBJECTS)
    assert set(kinds()) <= {*KINDS}
    with pytest.raises(KeyError, match="tempoo"):
        patterns_for("tempoo")
    with pytest.raises(KeyError, match="tempo"):
        patterns_for("tempo", "untold")


def test_people_ask_in_hundreds_of_thousands_of_ways() -> None:
    wordings = sum(
        count(pattern) * (len(NAMES) if "{it}" in pattern else 1)
        for folder in FOLDERS
        for kind in kinds(folder)
        for pattern in patterns_for(kind, folder)
    )
    assert wordings > 500_000


def test_a_question_ends_with_its_mark() -> None:
    rng = random.Random(0)
    assert worded(rng, ["What is the tempo"]) == "What is the tempo?"
    assert worded(rng, ["Could you name the key."]) == "Could you name the key?"
    assert worded(rng, ["Name the key"]) == "Name the key."
    assert worded(rng, ["Hello!"]) == "Hello!"


def test_questions_that_yes_or_no_answers_begin_so() -> None:
    assert all(asks_whether(one) for one in ("Is this jazz?", "any drums?", "Were they loud?"))
    assert not any(asks_whether(one) for one in ("Which key?", "Island music?", "Tempo?", ""))
