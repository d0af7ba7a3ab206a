import pytest

from mullama.studio.compose.harmony import (
    all_keys,
    chord,
    key_name,
    place,
    power_chord,
    progression,
    scale_of,
    voicing,
)


def test_there_are_24_keys_in_ascii() -> None:
    keys = all_keys()
    assert len(set(keys)) == 24
    assert "Eb major" in keys
    assert "F# minor" in keys
    assert all(key.isascii() for key in keys)


@pytest.mark.parametrize(
    ("numeral", "classes"),
    [
        ("I", (9, 1, 4)),
        ("i", (9, 0, 4)),
        ("V7", (4, 8, 11, 2)),
        ("bVI", (5, 9, 0)),
        ("iih7", (11, 2, 5, 9)),
        ("Imaj7", (9, 1, 4, 8)),
    ],
)
def test_roman_numerals_on_a(numeral: str, classes: tuple[int, ...]) -> None:
    assert chord(numeral, tonic=9).pitch_classes == classes


def test_what_is_no_numeral_is_refused() -> None:
    with pytest.raises(ValueError, match="not a roman numeral"):
        chord("H7", 0)


def test_the_leading_tone_replaces_the_seventh_over_a_dominant_in_minor() -> None:
    over_tonic = scale_of(True, bluesy=False, over=chord("i", 0), tonic=0)
    over_dominant = scale_of(True, bluesy=False, over=chord("V7", 0), tonic=0)
    assert 10 in over_tonic
    assert 11 in over_dominant
    assert 10 not in over_dominant


def test_voicings_hold_the_third_and_stay_in_range() -> None:
    for over in progression("Imaj7 vi7 ii7 V7", 3):
        pitches = voicing(over, 60, 3, 48, 72)
        assert len(pitches) == 3
        assert over.pitch_classes[1] in {p % 12 for p in pitches}
        assert all(48 <= p <= 72 for p in pitches)


def test_place_takes_the_nearest_octave() -> None:
    assert place(0, 61, 0, 127) == 60
    assert place(11, 61, 0, 127) == 59
    assert place(0, 61, 65, 90) == 72


def test_a_power_chord_has_no_third() -> None:
    root, fifth, octave = power_chord(chord("I", 2), 40)
    assert root % 12 == 2
    assert (fifth - root, octave - root) == (7, 12)


def test_key_names_follow_usage() -> None:
    assert key_name(1, minor=False) == "Db major"
    assert key_name(1, minor=True) == "C# minor"
