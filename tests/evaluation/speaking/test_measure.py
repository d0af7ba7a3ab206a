"""How the small model speaks, on the examples, whose truths are known."""

import json

import pytest

import mullama
from mullama.evaluation.speaking.measure import measure_speaking
from mullama.studio.truth import Truth
from paths import ROOT

ASKED = {
    "tempo": ("What is the tempo?", "How fast is it?"),
    "drums": ("Are there drums?",),
    "creative": ("Write a haiku about this music.",),
}


def test_shares_are_of_what_was_said() -> None:
    mu = mullama.load("small", device="cpu")
    names = ("jazz.mp3", "waltz.flac")
    songs = [mu.listen(ROOT / "examples" / name) for name in names]
    stored = [
        json.loads((ROOT / "examples" / name).with_suffix(".json").read_text()) for name in names
    ]
    truths = [Truth.from_dict(one.get("truth", one)) for one in stored]
    found = measure_speaking(mu, songs, truths, ASKED)
    assert [one.question for one in found.spoken] == [q for some in ASKED.values() for q in some]
    assert found.on_topic["tempo"] == found.on_topic["drums"] == 1.0
    (creative,) = [one for one in found.spoken if one.topic == "creative"]
    assert found.on_topic["creative"] == float(creative.to_the_point)
    assert found.all_topics == pytest.approx((2 + found.on_topic["creative"]) / 3)
    assert found.fragments == 0.0
    assert found.distinct_captions == 1.0
    assert measure_speaking(mu, songs[::-1], truths, ASKED).denied > found.denied
