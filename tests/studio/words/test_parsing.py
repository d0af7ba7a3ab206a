import pytest

from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.truth import Truth
from mullama.studio.words.describe import fact, long_caption, presence, short_caption
from mullama.studio.words.parsing import (
    names_one_twice,
    parse_instruments,
    parse_key,
    parse_metre,
    parse_mood,
    parse_singers,
    parse_style,
    parse_tempo,
    parse_yes_no,
)


def test_descriptions_are_read_back_whole(truths: list[Truth]) -> None:
    for truth in truths:
        text = long_caption(truth)
        assert parse_tempo(text) == truth.tempo_bpm
        assert parse_metre(text) == truth.metre
        assert parse_key(text) == truth.key
        assert parse_instruments(text) == truth.instruments
        assert parse_style(text) == truth.style
        assert parse_mood(text) == truth.mood
        assert parse_instruments(short_caption(truth)) == truth.instruments
        assert parse_style(fact(truth, "style")) == truth.style
        for name in ("drums", "piano"):
            assert parse_yes_no(presence(truth, name)) == (name in truth.instruments)


@pytest.mark.parametrize(
    ("text", "tempo"),
    [
        ("The tempo is about 120 BPM.", 120),
        ("around 98 bpm", 98),
        ("60 beats per minute", 60),
        ("It has 3 parts.", None),
        ("", None),
    ],
)
def test_tempo(text: str, tempo: int | None) -> None:
    assert parse_tempo(text) == tempo


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("The key is F# minor.", "F# minor"),
        ("A# minor", "Bb minor"),
        ("in Db minor", "C# minor"),
        ("b-flat major", "Bb major"),
        ("Cb major", "B major"),
        ("a major hit", "A major"),
        ("no clear key", None),
    ],
)
def test_key(text: str, key: str | None) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize(
    ("text", "instruments"),
    [
        ("I hear electric piano.", ("electric piano",)),
        ("a piano and an electric piano", ("piano", "electric piano")),
        ("violins, Trumpets", ("violin", "trumpet")),
        ("No, there are no drums.", ()),
        ("a flute without drums", ("flute",)),
        ("I hear no music.", ()),
    ],
)
def test_instruments(text: str, instruments: tuple[str, ...]) -> None:
    assert parse_instruments(text) == instruments


def test_an_instrument_that_is_named_twice_is_noticed() -> None:
    assert names_one_twice("I hear acoustic guitar, piano and acoustic guitar.")
    assert not names_one_twice("I hear acoustic guitar, electric guitar and piano.")
    assert not names_one_twice("I hear electric piano and piano, but no drums. There are drums.")


def test_every_instrument_is_read_as_itself_only() -> None:
    for name in INSTRUMENTS:
        assert parse_instruments(f"I hear {name}.") == (name,)


def test_yes_no_metre_style_mood() -> None:
    assert parse_yes_no(" yes, it is") is True
    assert parse_yes_no("No.") is False
    assert parse_yes_no("Nothing is there") is None
    assert parse_metre("it is in 6/8 time") == "6/8"
    assert parse_metre("4 / 4") is None
    assert parse_style("The style is Hip Hop.") == "hip hop"
    assert parse_mood("A calm folk piece") == "calm"
    assert parse_mood("") is None


def test_who_sings_is_read() -> None:
    assert parse_singers("There is a female singer and a choir.") == ("female singer", "choir")
    assert parse_singers("I hear no singer.") == parse_singers("Nobody sings.") == ()
    assert parse_singers("It is purely instrumental: I hear no voice.") == ()
    assert parse_singers("No, there is no male singer.") == ()
    assert parse_singers("I cannot tell.") is None
