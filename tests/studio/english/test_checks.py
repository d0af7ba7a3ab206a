import pytest

from mullama.studio.english.checks import claims, contradictions, unfounded
from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth

BLUES = Truth(
    instruments=("piano", "electric guitar", "double bass", "drums"),
    style="blues", tempo_bpm=70, metre="6/8", key="Eb major", mood="calm", lead="electric guitar",
)  # fmt: skip
UNKNOWN = Truth(
    instruments=("flute",),
    style=None,
    tempo_bpm=None,
    metre=None,
    key=None,
    mood=None,
    lead="flute",
)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("The tempo is about 140 BPM.", [("tempo", "140")]),
        ("It races along at 140 beats per minute.", [("tempo", "140")]),
        ("This is a fast piece.", [("pace", "fast")]),
        ("A fast-paced, happy tune.", [("pace", "fast")]),
        ("The key is C minor.", [("key", "C minor")]),
        ("It is in D-sharp major.", []),
        ("It is in a minor key.", [("mode", "minor")]),
        ("The time signature is 4/4.", [("metre", "4/4")]),
        ("It is an aggressive metal track.", [("mood", "aggressive"), ("style", "metal")]),
        ("The style is techno.", [("style", "techno")]),
        ("This techno piece has a driving beat.", [("style", "techno"), ("mood", "energetic")]),
        ("It sounds lively and energetic.", [("mood", "energetic")]),
        ("It features a violin and a piano.", [("instrument", "violin")]),
        ("There are no drums.", [("instrument", "drums")]),
        ("It is played without a piano, bass or guitar.", None),
        ("Soaring strings and horns.", None),
        ("The percussion is soft and the sax is warm.", None),
        ("A choir sings.", [("instrument", "choir")]),
        ("There is no music.", [("music", "none")]),
    ],
)  # fmt: skip
def test_what_the_truth_denies_is_found(text: str, denied: list[tuple[str, str]] | None) -> None:
    found = [(claim.topic, claim.value) for claim in contradictions(text, BLUES)]
    if denied is None:
        assert found
    else:
        assert sorted(found) == sorted(denied)


@pytest.mark.parametrize(
    "text",
    [
        "The tempo is about 72 BPM.",
        "It is slow and calm.",
        "It is not fast.",
        "It is neither fast nor aggressive.",
        "A calm blues with piano, electric guitar, double bass and drums.",
        "No, there is no violin, cello or harp.",
        "I hear no saxophone, but there are drums and a piano.",
        "The guitar plays over a bass and drums.",
        "Unlike a march, which is fast and triumphant, this is a calm blues.",
        "It is slower than a typical techno track.",
        "It would please fans of jazz.",
        "It is too calm for a workout.",
        "Compared with metal, it is gentle.",
        "It would suit a scene in a piano bar.",
        "It sounds peaceful.",
        "It is in Eb major, 6/8.",
        "It is not in a minor key.",
        'I would call it "Fast Metal Violin".',
        "I can't tell the title from the music.",
        "The song was played by nobody I know.",
    ],
)
def test_what_is_true_or_no_claim_is_not_denied(text: str) -> None:
    assert contradictions(text, BLUES) == []


def test_what_is_not_known_is_not_denied_but_unfounded() -> None:
    text = "A happy jazz piece at 120 BPM in C major with a flute and an oboe."
    assert contradictions(text, UNKNOWN) == []
    assert {claim.topic for claim in unfounded(text, UNKNOWN)} == {
        "mood", "style", "tempo", "key", "instrument",
    }  # fmt: skip
    assert [c.value for c in contradictions("A harp plays.", UNKNOWN)] == ["harp"]


def test_of_silence_everything_but_silence_is_denied() -> None:
    assert contradictions("I hear no music.", NOTHING) == []
    assert len(contradictions("The tempo is 120 BPM and I hear drums.", NOTHING)) == 2


def test_claims_come_in_the_order_of_the_text() -> None:
    found = claims("I hear a piano at 90 BPM in C minor.")
    assert [claim.topic for claim in found] == ["instrument", "tempo", "key"]


@pytest.mark.parametrize("text", ["", "...", "no", "A" * 5000, "drums " * 300])
def test_odd_texts_are_read(text: str) -> None:
    claims(text)
