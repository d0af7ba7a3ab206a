"""Which recordings are instrumental is taken from musicnn where it is sure, and stored by names."""

from mullama.studio.recorded.instrumental import SEX, VOICE, instrumental, is_instrumental
from mullama.studio.recorded.labels import EXCERPTS, KNOWN
from mullama.studio.recorded.packages import TRAINING
from mullama.studio.sources import truth_of_readings

QUIET = dict.fromkeys((*VOICE, *SEX), 0.01)


def test_only_where_it_is_sure() -> None:
    assert is_instrumental({"MTT_musicnn": QUIET})
    assert not is_instrumental({"MTT_musicnn": QUIET | {"vocals": 0.08}})
    assert not is_instrumental({"MTT_musicnn": QUIET | {"female": 0.2}})


def test_what_is_stored_is_of_the_training_and_reaches_its_truths() -> None:
    known = {one.name: one for one in EXCERPTS.read(KNOWN)}
    assert len(instrumental()) > 300
    assert instrumental() <= set(known)
    assert {known[name].package for name in instrumental()} <= set(TRAINING)
    for name, one in known.items():
        truth = truth_of_readings(one)
        assert truth.instrumental == (name in instrumental())
        assert not truth.listed
