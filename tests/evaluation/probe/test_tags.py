"""Which tags can be learned and measured, and which sets cannot be used at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.evaluation.probe import tags as module
from mullama.evaluation.probe.tags import Part, TaggedClip, by_frequency, label


def clip(name: str, part: Part, *tags: str, track: str | None = None) -> TaggedClip:
    return TaggedClip(name, Path(name), frozenset(tags), part, track or name)


CLIPS = [
    *(clip("a", "train", "rock", "piano"), clip("b", "train", "loud"), clip("c", "train", "rock")),
    *(clip("d", "validation", "rock", "loud"), clip("e", "validation")),
    *(clip("f", "test", "rock", "loud", "piano"), clip("g", "test", "loud")),
]


def test_commonest_first_and_equals_by_the_alphabet(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [frozenset(one.tags) for one in CLIPS]
    assert by_frequency(sets) == ("loud", "rock", "piano")
    assert by_frequency([]) == ()
    monkeypatch.setattr(module, "MAX_TAGS", 2)
    with pytest.raises(UsageError, match="3 different tags; 2 are allowed"):
        by_frequency(sets)


def test_tags_without_both_kinds_in_a_part_are_left_out_and_said() -> None:
    labels = label(CLIPS, ("loud", "rock", "piano", "new"))
    assert labels.tags == ("rock",)
    assert labels.present[:, 0].tolist() == [True, False, True, True, False, True, False]
    assert labels.left_out == {
        "new": "no train clip has it",
        "piano": "no validation clip has it",
        "loud": "every test clip has it",
    }


def test_no_tag_left() -> None:
    with pytest.raises(UsageError, match="no tag is left: 'new': no train clip has it"):
        label(CLIPS, ("new",))
    with pytest.raises(UsageError, match="no tag is left: there are none"):
        label(CLIPS, ())


def test_parts_and_tracks() -> None:
    with pytest.raises(UsageError, match="no clip is left in the part 'validation'"):
        label([one for one in CLIPS if one.part != "validation"], ("rock",))
    one_track = [replace(one, track="f") if one.part == "test" else one for one in CLIPS]
    with pytest.raises(UsageError, match="all test clips are of one track"):
        label(one_track, ("rock",))
    shared = [*CLIPS, clip("h", "test", "rock", track="a")]
    with pytest.raises(UsageError, match="track of h is in the parts 'train' and 'test'"):
        label(shared, ("rock",))
