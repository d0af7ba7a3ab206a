"""Noise of the published data set is named; ordinary pairs are left alone."""

import json
import os
from pathlib import Path

import pytest

from mullama.musicqa.interview.filters import REASONS, count_unwanted, unwanted

NOISE = [
    ("What is it?", "Based on the tags, it is rock.", "speaks of tags"),
    ("What genre is it tagged as?", "Rock.", "speaks of tags"),
    ("What is it?", "According to the caption, it is rock.", "speaks of the text"),
    ("What follows?", "Based on the description, it is calm.", "speaks of the text"),
    ("Who is the artist?", "A band.", "asks for the artist"),
    ("Who composed this piece?", "Somebody.", "asks for the artist"),
    ("What is the name of the band?", "Unsure.", "asks for the artist"),
    ("What is the title of the audio?", "Techno Trance.", "asks for the release"),
    ("When was the audio released?", "In 2022.", "asks for the release"),
    ("What is the tempo?", "The tempo is not specified.", "says that it cannot be known"),
    ("What drums are there?", "It cannot be determined.", "says that it cannot be known"),
    ("Is it slow?", "It is difficult to say whether it is.", "says that it cannot be known"),
    ("Is it slow?", "Unfortunately, there is no information.", "says that it cannot be known"),
    ("What do you hear?", "As an AI, nothing.", "speaks of itself"),
]
GOOD = [
    ("Describe the audio", "A vintage stage piano with a heritage sound."),
    ("Who plays the melody?", "The melody is played by a flute."),
    ("What is rock known for?", "It is known for its guitars."),
    ("What can be inferred from the audio?", "The singer could not be happier."),
    ("Which instruments play?", "A piano that is mentioned first, and drums."),
    ("What is the mood of the song?", "A fitting description would be: sad and calm."),
    ("When does the chorus begin?", "After ten seconds."),
]


@pytest.mark.parametrize(("question", "answer", "reason"), NOISE)
def test_what_is_unwanted_is_named(question: str, answer: str, reason: str) -> None:
    assert unwanted(question, answer) == reason


def test_every_reason_is_tested() -> None:
    assert {reason for _, _, reason in NOISE} == set(REASONS)


@pytest.mark.parametrize(("question", "answer"), GOOD)
def test_ordinary_pairs_are_left_alone(question: str, answer: str) -> None:
    assert unwanted(question, answer) is None


def test_reasons_are_counted() -> None:
    counted = count_unwanted([(question, answer) for question, answer, _ in NOISE])
    assert counted.total() == len(NOISE)
    assert counted["speaks of tags"] == 2


@pytest.mark.skipif("MULLAMA_DATA" not in os.environ, reason="MULLAMA_DATA is not set")
def test_the_published_evaluation_file_holds_as_many_unwanted_pairs_as_is_known() -> None:
    rows = json.loads((Path(os.environ["MULLAMA_DATA"]) / "EvalMusicQA.json").read_text())
    pairs = [tuple(turn["value"] for turn in row["conversation"]) for row in rows]
    counted = count_unwanted(pairs)  # type: ignore[arg-type]
    assert 300 < counted["speaks of tags"] < 400
    assert 90 < counted["asks for the artist"] < 150
    assert counted.total() < 0.13 * len(pairs)
