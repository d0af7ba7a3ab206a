"""Copies of a file under other names are one track, and do not cross the split."""

import shutil
from pathlib import Path

from mullama.evaluation.probe.compare import compare
from mullama.evaluation.probe.encoders import Named
from mullama.evaluation.probe.features import Hearing, encode
from mullama.evaluation.probe.options import TrainingOptions
from mullama.evaluation.probe.same_sounds import join_same_sounds
from mullama.evaluation.probe.table import markdown
from mullama.evaluation.probe.tag_sets import read_tags
from mullama.evaluation.probe.tags import Part, TaggedClip


def clip(name: str, part: Part, track: str | None = None) -> TaggedClip:
    return TaggedClip(name, Path(name), frozenset(), part, track or name)


def digests(*same: str) -> dict[Path, str]:
    """Each file by its name, and those that are the same by the first of them."""
    return {Path(name): same[0] if name in same else name for name in "abcdefg"}


def test_sounds_of_their_own_stay_as_they_are() -> None:
    clips = [clip("a", "train"), clip("b", "test", "t"), clip("c", "test", "t")]
    assert join_same_sounds(clips, digests()) == (clips, [])
    # Tracks in two parts are refused elsewhere, not left out here.
    clips = [clip("a", "train", "t"), clip("b", "test", "t")]
    assert join_same_sounds(clips, digests("a", "b")) == (clips, [])


def test_the_first_part_keeps_a_sound() -> None:
    clips = [clip("a", "test"), clip("b", "validation"), clip("c", "train"), clip("d", "test")]
    kept, left_out = join_same_sounds(clips, digests("a", "b", "c"))
    assert [one.name for one in kept] == ["c", "d"]
    assert ["a (test): is the same as c (train)" in line for line in left_out] == [True, False]
    assert left_out[1].startswith("b (validation): is the same as c (train)")


def test_what_else_is_of_that_track_is_left_out_too() -> None:
    clips = [clip("a", "train", "one"), clip("b", "test", "two"), clip("c", "test", "two")]
    kept, left_out = join_same_sounds(clips, digests("a", "b"))
    assert kept == clips[:1]
    assert len(left_out) == 2


def test_copies_within_a_part_are_one_track() -> None:
    clips = [clip("a", "test", "one"), clip("b", "test", "two"), clip("c", "test", "two")]
    kept, left_out = join_same_sounds([*clips, clip("d", "test")], digests("a", "c"))
    assert not left_out
    assert [one.track for one in kept] == ["one", "one", "one", "d"]


def test_a_comparison_says_so(tagged: Path, tmp_path: Path) -> None:
    """Clip 4 is for testing, 0 for training."""
    shutil.copy(tagged.parent / "audio" / "0.wav", tagged.parent / "audio" / "4.wav")
    tags, said = read_tags(tagged), list[str]()
    features = encode(Named("log-mel"), tags.clips, Hearing(store=tmp_path), on_error=said.append)
    options = TrainingOptions(hidden=8, epochs=1)
    found = compare(tags, [features], options, tmp_path / "out", on_error=said.append)
    assert found.clips == {"train": 36, "validation": 12, "test": 11}
    assert said == found.repeated
    assert "4.wav (test): is the same as 0.wav (train)" in said[0]
    assert said[0] in markdown(found, options, "")
