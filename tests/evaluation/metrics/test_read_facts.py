"""Answers of several systems, in their own words, become facts."""

import pytest

from mullama.evaluation.metrics.facts import Facts
from mullama.evaluation.metrics.read_facts import read_facts, stated, truth_facts
from mullama.evaluation.metrics.vocabulary import FAMILIES, INSTRUMENTS, MOODS, STYLES
from mullama.studio.compose.composer import STYLES as STUDIO_STYLES
from mullama.studio.instruments import INSTRUMENTS as STUDIO_INSTRUMENTS
from mullama.studio.truth import MOODS as STUDIO_MOODS
from mullama.studio.truth import Truth
from mullama.studio.words.describe import fact, long_caption

TRUTH = Truth(("piano", "drums"), "rock", 128, "4/4", "F# minor", "energetic", "piano")


def test_the_studios_own_descriptions_are_read_back() -> None:
    assert read_facts(long_caption(TRUTH)) == truth_facts(TRUTH)
    unknown = Truth(("flute",), None, None, None, None, None, "flute")
    assert read_facts(long_caption(unknown)).instruments == {"flute"}
    for topic in ("tempo", "metre", "key", "style", "mood"):
        assert read_facts(fact(unknown, topic)) == Facts(cannot_tell=True), topic


@pytest.mark.parametrize(
    ("text", "tempo", "pace"),
    [
        ("It has 120 beats per minute.", 120, "fast"),
        ("a tempo of around 95.5 bpm", 95, "medium"),
        ("The tempo is 140", 140, "fast"),
        ("Tempo: 72 BPM", 72, "slow"),
        ("BPM of about 128", 128, "fast"),
        ("around 80\u201390 beats per minute", 85, "slow"),
        ("between 128 to 144 beats a minute", 136, "fast"),
        ("in 4/4 at 100 b.p.m.", 100, "medium"),
        ("a fast-paced song", None, "fast"),
        ("a slow tempo", None, "slow"),
        ("The tempo is moderate.", None, "medium"),
        ("It is not fast, but slow.", None, "slow"),
        ("one hundred twenty beats per minute", 120, "fast"),
        ("one hundred and twenty-eight BPM", 128, "fast"),
        ("at ninety five bpm", 95, "medium"),
        ("one twenty BPM", 120, "fast"),
        ("a hundred BPM", 100, "medium"),
        ("twelve bars of beats", None, None),
        ("played in 1990 by 300 people", None, None),
    ],
)
def test_tempo(text: str, tempo: float | None, pace: str | None) -> None:
    facts = read_facts(text)
    assert (facts.tempo, facts.pace) == (tempo, pace)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("in the key of A minor with a swing", "A minor"),
        ("The key is a minor.", "A minor"),
        ("A minor", "A minor"),
        ("Key: F#m", "F# minor"),
        ("B♭ major", "Bb major"),
        ("E-flat maj", "Eb major"),
        ("C-sharp minor", "C# minor"),
        ("C min", "C minor"),
        ("It plays a minor role.", None),
        ("A major hit of the year", None),
        ("The song is in a minor key.", None),
        ("in a major or minor key", None),
        ("wait a min", None),
        ("It is the major theme", None),
        ("C major scale is used; the piece is in G major.", "G major"),
        ("It uses the C major scale.", "C major"),
        ("A C major chord, then F major", "F major"),
        ("The key is not C major, but G major.", "G major"),
    ],
)
def test_key(text: str, key: str | None) -> None:
    assert read_facts(text).key == key


@pytest.mark.parametrize(
    ("text", "metre"),
    [
        ("in 3/4 time", "3/4"),
        ("4 / 4", "4/4"),
        ("waltz time", "3/4"),
        ("a triple meter", "3/4"),
        ("common time", "4/4"),
        ("six-eight", "6/8"),
        ("in 7/8", "7/8"),
        ("4/4, yes, 4/4", "4/4"),
        ("4/4 and 3/4", None),
        ("not 4/4 but 3/4", "3/4"),
        ("on 3/4/2020 or 24/7", None),
    ],
)
def test_metre(text: str, metre: str | None) -> None:
    assert read_facts(text).metre == metre


@pytest.mark.parametrize(
    ("text", "instruments", "drums"),
    [
        ("a sax, a Rhodes and upright bass", {"saxophone", "electric piano", "double bass"}, None),
        ("bass guitar and a drum kit", {"electric bass", "drums"}, True),
        ("distorted electric guitars", {"distorted guitar"}, None),
        ("No, there are no drums.", set(), False),
        ("no drums, bass or guitar, but a piano", {"piano"}, False),
        ("The piece does not feature any drums.", set(), False),
        ("not only drums but also violins", {"drums", "violin"}, True),
        ("a flute without drums", {"flute"}, False),
        ("drum and bass with synths", {"synthesizer"}, None),
        ("bass drum", {"drums"}, True),
        ("bongos", {"percussion"}, True),
        ("The piano is absent.", set(), None),
        ("The piano and the drums are absent.", set(), False),
        ("I hear a piano and drums are absent.", {"piano"}, False),
        ("A piano plays while drums cannot be heard.", {"piano"}, False),
        ("The drums aren't used; a flute is.", {"flute"}, False),
        ("The piano is not loud.", {"piano"}, None),
        ("free of drums", set(), False),
        ("stringent and drumlins", set(), None),
    ],
)
def test_instruments(text: str, instruments: set[str], drums: bool | None) -> None:
    facts = read_facts(text)
    assert (facts.instruments, facts.drums) == (instruments, drums)


def test_styles_and_moods() -> None:
    facts = read_facts(
        "A melancholic hip-hop track with jazzy chords, not happy, drum'n'bass, R&B."
    )
    assert facts.style == {"hip hop", "jazz", "drum and bass", "r&b"}
    assert facts.mood == {"sad"}


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("A house on a hill with soul", set()),
        ("It makes you dance.", set()),
        ("a house track with soul vocals", {"house", "soul"}),
        ("house, soul", {"house", "soul"}),
        ("a rock and blues song", {"rock", "blues"}),
        ("The style is country.", {"country"}),
    ],
)
def test_nouns_that_are_styles_elsewhere(text: str, style: set[str]) -> None:
    assert read_facts(text).style == style


@pytest.mark.parametrize(
    ("text", "questioned", "presence"),
    [
        ("No, there is no trumpet.", {"trumpet"}, False),
        ("Yes, there is a trombone.", {"trombone"}, True),
        ("There are no drums.", {"drums"}, False),
        ("No, a guitar plays, but no piano", {"piano"}, False),
        ("No, it is a guitar.", set(), None),
        ("A piano without drums", set(), None),
        ("Yes, it is a fast song with a guitar.", set(), None),
        ("Yes.", set(), None),
    ],
)
def test_presence(text: str, questioned: set[str], presence: bool | None) -> None:
    facts = read_facts(text)
    assert (facts.questioned, facts.presence) == (questioned, presence)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I cannot determine the key.", True),
        ("It's difficult to say what key it is in.", True),
        ("The caption of the given audio is not provided.", True),
        ("The artist is unknown.", True),
        ("I am not sure.", True),
        ("You can tell it is a waltz.", False),
        ("Drums cannot be heard.", False),
    ],
)
def test_cannot_tell(text: str, said: bool) -> None:
    assert read_facts(text).cannot_tell is said


def test_the_vocabulary_holds_the_studios_and_each_word_once() -> None:
    assert set(STUDIO_INSTRUMENTS) <= set(INSTRUMENTS)
    assert set(STUDIO_STYLES) <= set(STYLES)
    assert set(STUDIO_MOODS) <= set(MOODS)
    for vocabulary in (INSTRUMENTS, STYLES, MOODS):
        words = [word for name, others in vocabulary.items() for word in (name, *others)]
        assert len(words) == len(set(words))
        for word in words:
            assert word == word.lower()
    assert {name for members in FAMILIES.values() for name in members} <= set(INSTRUMENTS)
    for name in STUDIO_INSTRUMENTS:
        assert list(stated(f"I hear {name}.", INSTRUMENTS)) == [name]
