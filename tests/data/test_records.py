"""The two records: what a line of a file becomes, and what comes back of it."""

import pytest

from clips import make_clip
from mullama.data.records import Clip, Pair, is_utf8, to_clips
from mullama.errors import UsageError

PAIRS = [
    Pair("What?", "That.", "a.wav", "studio", "1", "template", "CC0-1.0", "ab" * 32),
    Pair("Wo?\u2028", "Hier.", None),
]


def test_a_pair_comes_back_equal_and_holds_what_is_known() -> None:
    for pair in PAIRS:
        assert Pair.from_dict(pair.as_dict(), "here") == pair
    assert PAIRS[1].as_dict() == {"question": "Wo?\u2028", "answer": "Hier."}
    empty = Pair("Q", "", "a.wav")  # the published files hold such
    assert Pair.from_dict(empty.as_dict(), "here") == empty
    others = {"question": "Q", "answer": "A", "n": 1, "audio": None}
    assert Pair.from_dict(others, "here") == Pair("Q", "A")


def test_a_clip_comes_back_equal() -> None:
    for clip in (
        make_clip("a", "a.wav"),
        make_clip("ü\u2028b"),
        make_clip("c", failed="no answer"),
        Clip("1", "studio", pairs=(("Q", "A"),), sha256="ab" * 32),
    ):
        assert Clip.from_dict(clip.as_dict(), "here") == clip


def test_a_failed_clip_has_its_cause_and_no_pairs() -> None:
    values = make_clip("c", failed="no answer").as_dict()
    assert values["failed"] == "no answer"
    assert values["last_text"] == ""
    assert "pairs" not in values
    assert not {"failed", "sha256", "sound"} & make_clip("a").as_dict().keys()


def test_pairs_of_one_clip_are_together_and_text_alone_is_apart() -> None:
    """What follows each other and agrees in all but question and answer is one clip."""
    clip = Clip("1", "studio", writer="me", audio="a.wav", pairs=(("Q1", "A1"), ("Q2", "A2")))
    other = Clip("1", "studio", writer="you", audio="a.wav", pairs=(("Q3", "A3"),))
    texts = [Clip(pairs=((f"Q{n}", "A"),)) for n in range(2)]
    clips = [clip, other, *texts, clip]
    assert list(to_clips(pair for clip in clips for pair in clip.to_pairs())) == clips


def test_key() -> None:
    assert Clip("1", "studio").key == ("studio", "1")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "'question' is missing"),
        ({"question": "Q", "answer": 7}, "'answer' is 7, expected text"),
        ({"question": "Q", "answer": None}, "'answer' is missing"),
        ({"question": "Q", "answer": "half a pair: \ud800"}, "'answer' is not UTF-8"),
        ({"question": "Q", "answer": "A", "audio": ["a"]}, "'audio' is"),
        ([], "expected"),
    ],
)
def test_other_pairs_are_refused(values: object, message: str) -> None:
    with pytest.raises(UsageError, match=f"^here: .*{message}"):
        Pair.from_dict(values, "here")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": ""}, "'id' is missing"),
        ({"id": 7}, "'id' is 7"),
        ({"audio": 7}, "'audio' is 7"),
        ({"text": "half a pair: \ud800"}, "'text' is"),
        ({"pairs": []}, '"pairs" must be a list'),
        ({"pairs": "Q"}, '"pairs" must be a list'),
        ({"pairs": ["Q"]}, "pair 1: expected"),
        ({"pairs": [{"question": "Q", "answer": ""}]}, "pair 1: question or answer is missing"),
    ],
)
def test_other_clips_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=f"^here.*{message}"):
        Clip.from_dict({**make_clip("a").as_dict(), **change}, "here")


def test_what_a_file_can_hold() -> None:
    assert is_utf8("")
    assert is_utf8("Größe \U0001f3b5\u2028")
    assert not is_utf8("half a pair: \ud83c")
