"""Facts become pairs about their Listenings, the same each time."""

from pathlib import Path

from mullama.studio.english.checks import contradictions
from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth
from mullama.training.recipe import Talk
from mullama.training.talk.conversations import ListeningNames, conversations

TRUTHS = [
    Truth(("piano", "drums"), "jazz", 120, "4/4", "Eb minor", "dark", "piano"),
    NOTHING,
    Truth(("violin",), "waltz", 90, "3/4", None, None, None),
]


NAMES = ListeningNames(range(len(TRUTHS)))


def test_each_listening_is_talked_of_truly() -> None:
    talk = Talk("any", pairs=30)
    pairs = conversations(TRUTHS, NAMES, talk, seed=1)
    again, others = (conversations(TRUTHS, NAMES, talk, seed) for seed in (1, 2))
    assert pairs == again != others
    assert set(NAMES.places([pair.audio for pair in pairs])) == {0, 1, 2}
    for pair in pairs:
        [place] = NAMES.places([pair.audio])
        truth = TRUTHS[place]
        assert not contradictions(pair.answer, truth), pair


def test_takes_and_variants_of_a_piece_are_held_out_together() -> None:
    names = ListeningNames([0, 0, 1, 1, 0, 0, 1, 1])
    called = [names.name(place) for place in range(8)]
    assert names.places(called) == list(range(8))
    assert len(set(called)) == 8
    assert len({Path(called[place]).name for place in (2, 3, 6, 7)}) == 1
