import json

import pytest

from mullama.errors import UsageError
from mullama.studio.compose.composer import STYLES
from mullama.studio.truth import MOODS, Truth, mood_of


def test_a_truth_survives_json(truths: list[Truth]) -> None:
    for truth in truths[:50]:
        assert Truth.from_dict(json.loads(json.dumps(truth.as_dict()))) == truth


def test_nobody_knows_the_mood_of_a_recording() -> None:
    recording = Truth((), None, 100, None, "D major", None, None, listed=False)
    assert Truth.from_dict(recording.as_dict()) == recording
    assert Truth.from_dict({**recording.as_dict(), "listed": True}).mood == "happy"


def test_a_broken_truth_is_refused(truths: list[Truth]) -> None:
    values = truths[0].as_dict()
    with pytest.raises(UsageError, match="not the truth of a clip"):
        Truth.from_dict({**values, "colour": "red"})
    del values["instruments"]
    with pytest.raises(UsageError, match="instruments"):
        Truth.from_dict(values)


def test_every_mood_word_is_used_and_no_other() -> None:
    moods = {
        mood_of(style, minor, tempo)
        for style in (*STYLES, None)
        for minor in (False, True)
        for tempo in (70, 150)
    }
    assert moods == set(MOODS)


def test_no_mood_without_the_facts_that_make_it() -> None:
    assert mood_of(None, None, 120) is None
    assert mood_of("folk", True, None) is None
    assert mood_of("metal", None, None) == "aggressive"
    assert mood_of("jazz", True, 170) == "energetic"
    assert mood_of("waltz", True, 170) == "sad"
