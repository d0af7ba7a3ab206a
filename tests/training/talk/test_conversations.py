"""Facts become pairs about their Listenings, the same each time."""

from mullama.studio.english.checks import contradictions
from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth
from mullama.training.talk.conversations import conversations, place_of

TRUTHS = [
    Truth(("piano", "drums"), "jazz", 120, "4/4", "Eb minor", "dark", "piano"),
    NOTHING,
    Truth(("violin",), "waltz", 90, "3/4", None, None, None),
]


def test_each_listening_is_talked_of_truly() -> None:
    pairs = conversations(TRUTHS, 30, seed=1)
    assert pairs == conversations(TRUTHS, 30, seed=1) != conversations(TRUTHS, 30, seed=2)
    assert {place_of(str(pair.audio)) for pair in pairs} == {0, 1, 2}
    for pair in pairs:
        truth = TRUTHS[place_of(str(pair.audio))]
        assert not contradictions(pair.answer, truth), pair
