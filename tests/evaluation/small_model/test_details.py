"""Styles and instruments one by one, repeated names, and how far a figure may be off by the clips' chance."""

import pytest

from mullama.evaluation.small_model.details import (
    Answered,
    by_instrument,
    by_style,
    spread,
)
from mullama.evaluation.small_model.measure import TOPICS
from mullama.evaluation.small_model.scores import score
from mullama.studio.truth import Truth

JAZZ = Truth(("piano", "drums"), "jazz", 120, "4/4", "C major", "happy", "piano")
ROCK = Truth(("electric guitar", "drums"), "rock", 90, "3/4", "A minor", "sad", "electric guitar")


def answered(right: int, count: int = 200) -> Answered:
    """Half jazz and half rock; of jazz `right` percent are told, rock is always called jazz."""
    truths = [JAZZ, ROCK] * (count // 2)
    said: dict[str, dict[int, str]] = {topic: {} for topic in TOPICS}
    for clip, truth in enumerate(truths):
        told = clip % 100 < right
        said["drums"][clip] = "Yes, there are drums."
        said["style"][clip] = "The style is jazz." if told else "The style is funk."
        said["tempo"][clip] = f"The tempo is about {truth.tempo_bpm} BPM."
        said["metre"][clip] = f"The time signature is {truth.metre}."
        said["key"][clip] = f"The key is {truth.key}."
        said["mood"][clip] = f"The mood is {truth.mood}."
        said["instruments"][clip] = "I hear piano and drums." if told else "I hear drums and drums."
        said["vocals"][clip] = "I hear no singer."
        said["long"][clip] = "I hear piano and drums."
    return Answered(truths, said, [(0, "piano", "Yes, there is a piano.")])


def test_styles_and_instruments_are_counted_one_by_one() -> None:
    found = answered(60)
    assert by_style(found) == {
        "jazz": {"clips": 100, "right": pytest.approx(60)},
        "rock": {"clips": 100, "right": 0},
    }
    instruments = by_instrument(found)
    assert list(instruments) == ["drums", "electric guitar", "piano"]
    assert instruments["drums"] == {"clips": 200, "precision": 100, "recall": 100}
    assert instruments["piano"] == {
        "clips": 100,
        "precision": pytest.approx(50),
        "recall": pytest.approx(60),
    }
    assert instruments["electric guitar"]["recall"] == 0
    assert score(*found)["lists that name one twice"] == pytest.approx(40)


def test_the_spread_is_that_of_so_many_clips() -> None:
    few, many = spread(answered(60, 100)), spread(answered(60, 1000))
    assert few["tempo within 8 %"] == 0
    # 30 percent of all are right: 1.96 sqrt(0.3 * 0.7 / n).
    assert few["style"] == pytest.approx(9, abs=3)
    assert many["style"] == pytest.approx(2.8, abs=1)


def test_recordings_have_no_styles() -> None:
    unknown = Truth((), None, 120, None, None, None, None, listed=False)
    said = answered(60, 2)
    assert by_style(Answered([unknown] * 2, said.said, [])) == {}
    assert by_instrument(Answered([unknown] * 2, said.said, [])) == {}
