"""What a base says itself: kept where it ends and is true, and made once."""

from functools import partial
from pathlib import Path

import pytest

import mullama
from mullama.studio.truth import Truth
from mullama.training.talk import own_answers as module
from mullama.training.talk.conversations import ListeningNames
from mullama.training.talk.own_answers import LOG, Request, own_answers, whole_sentences

TRUTH = Truth(("piano", "drums"), "jazz", 120, "4/4", "Eb minor", "dark", "piano")
NAMES = ListeningNames([0])
ABOUT = Request(0, "Pitch a film.", "It is jazz. Pitch a film.")
PLAIN = Request(0, "What is two plus two?", "What is two plus two?")


@pytest.mark.parametrize(
    ("text", "request_", "kept"),
    [
        ("A piano player walks home.", ABOUT, True),
        ("A film with a lonely flute playing.", ABOUT, False),
        ("", ABOUT, False),
        ("Four.", PLAIN, False),
        ("It is four, as every flute player knows.", PLAIN, True),
    ],
)
def test_what_is_kept(text: str, request_: Request, kept: bool) -> None:
    assert module._fits(text, TRUTH, request_) == kept


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("It is 31. And then", "It is 31."),
        ('He said "Stop!" and', 'He said "Stop!"'),
        ("Here are two:\n\n1. Sleep well.\n2.", "Here are two:\n\n1. Sleep well."),
        ("A film that does not", ""),
        ("Version 2.5 is", ""),
    ],
)
def test_answers_are_whole_sentences(text: str, whole: str) -> None:
    assert whole_sentences(text) == whole


def test_answers_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NEW_TOKENS", 24)
    speaker = partial(mullama.load, "small", device="cpu")
    few = own_answers(speaker, [TRUTH], NAMES, 4, 1, tmp_path)
    before = (tmp_path / LOG).read_bytes()
    more = own_answers(speaker, [TRUTH], NAMES, 8, 1, tmp_path)
    assert more[: len(few)] == few
    assert set(before.splitlines()) <= set((tmp_path / LOG).read_bytes().splitlines())
    assert own_answers(speaker, [TRUTH], NAMES, 8, 1, tmp_path) == more
