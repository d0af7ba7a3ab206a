"""What is asked how often, and that guessing does not pay."""

import random
from collections import Counter

import pytest

from mullama.studio.clips import TAKES
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.silence import NOTHING
from mullama.studio.split import Split
from mullama.studio.truth import Truth
from mullama.training.small.texts import SHARES, Interviewer, corpus_texts, imagined

SPLIT = Split("music", "encoder", 60, takes=2, silences=3)


@pytest.fixture(scope="module")
def truths() -> list[Truth]:
    return imagined(SPLIT)


def test_imagined_truths_are_as_many_as_clips_and_repeatable(truths: list[Truth]) -> None:
    assert len(truths) == SPLIT.clips * SPLIT.takes + SPLIT.silences
    assert truths == imagined(SPLIT)
    assert truths[-1] == NOTHING
    takes = truths[: TAKES * SPLIT.takes]
    assert len({truth.tempo_bpm for truth in takes} - {None}) <= 1  # takes of one piece


def test_yes_and_no_are_equally_often_right_for_every_instrument(truths: list[Truth]) -> None:
    right = Counter(
        (name, name in truths[clip].instruments) for clip, name in Interviewer(truths, 0).presences
    )
    for name in INSTRUMENTS:
        assert right[name, True] == right[name, False]


def test_answers_follow_from_the_clip_asked_about(truths: list[Truth]) -> None:
    rng = random.Random(0)
    interviewer = Interviewer(truths, 0)
    for clip in range(len(truths) - SPLIT.silences):
        for asked in interviewer.about(clip, 8, rng):
            truth = truths[asked.clip]
            if asked.answer.startswith("The tempo is about"):
                assert str(truth.tempo_bpm) in asked.answer
            if asked.answer.startswith("Yes, there is a "):
                assert asked.answer[16:-1] in truth.instruments


def test_without_music_it_says_so(truths: list[Truth]) -> None:
    asked = Interviewer(truths, 0).about(len(truths) - 1, 200, random.Random(1))
    silent = [row for row in asked if "hear no music" in row.answer]
    assert 150 < len(silent) < 200
    assert {row.clip for row in asked} == {len(truths) - 1}


def test_everything_is_asked() -> None:
    assert min(SHARES.values()) > 0
    texts = list(corpus_texts("brief", 0))
    for piece in ("BPM", "4/4", "I cannot tell", "I hear no music.", "Yes, ", "No, "):
        assert any(piece in text for text in texts)
    assert all(text.startswith("Q: ") and "\nA: " in text for text in texts)
