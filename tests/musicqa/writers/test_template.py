"""The template says what a description says, nine different things, the same every time."""

import csv
import os
from itertools import islice
from pathlib import Path

import pytest

from mullama.data.formats.published import FIXED_QUESTIONS
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.filters import unwanted
from mullama.musicqa.interview.normalise_text import letters
from mullama.musicqa.writers.template import TemplateWriter, template_interview
from mullama.studio.truth import Truth
from mullama.studio.words.parsing import parse_instruments, parse_key, parse_tempo

CAPTION = "A slow, sad song with a piano. A woman sings. There are no drums in it."
TAGS = "classical, strings, slow, violin, no vocals"
FULL = Truth(("piano", "cello", "drums"), "jazz", 120, "4/4", "F# minor", "sad", "piano")
BARE = Truth(("drums",), None, None, None, None, None, None)


def described(text: str, kind: str = "caption", truth: Truth | None = None) -> Description:
    return Description("test", "1", text, kind, facts={} if truth is None else truth.as_dict())


@pytest.mark.parametrize(
    "clip",
    [
        described(CAPTION),
        described(TAGS, "tags"),
        described("hm"),
        described("x", "tags"),
        described(",", "tags"),
        described("long caption", truth=FULL),
        described("long caption", truth=BARE),
    ],
)
def test_there_are_nine_different_pairs(clip: Description) -> None:
    pairs = template_interview(clip).pairs
    assert tuple(question for question, _ in pairs[:4]) == FIXED_QUESTIONS
    assert len({letters(question) for question, _ in pairs}) == 9
    assert all(answer.strip() for _, answer in pairs)
    assert not any(unwanted(*pair) for pair in pairs)


def test_a_caption_is_told_with_its_own_words() -> None:
    answers = [answer for _, answer in template_interview(described(CAPTION)).pairs]
    assert answers[:3] == [
        "A slow, sad song with a piano.",
        CAPTION,
        "I hear piano. There is woman in it.",
    ]
    assert "The tempo is slow." in answers
    assert not any("drums" in answer for answer in answers if answer not in CAPTION)


def test_tags_become_sentences() -> None:
    pairs = dict(template_interview(described(TAGS, "tags")).pairs)
    assert pairs["Describe the audio"] == "This music is marked by classical, strings and slow."
    assert pairs["What do you hear in the audio?"] == "I hear strings and violin."


def test_the_studios_truth_is_told_as_the_studio_tells_it() -> None:
    pairs = template_interview(described("a clip", truth=FULL)).pairs
    detail = pairs[1][1]
    assert parse_instruments(detail) == ("piano", "cello", "drums")
    assert (parse_tempo(detail), parse_key(detail)) == (120, "F# minor")


def test_it_is_the_same_every_time_and_not_for_every_clip() -> None:
    clips = [Description("test", str(n), CAPTION, "caption") for n in range(9)]
    assert list(TemplateWriter().write(clips)) == list(TemplateWriter().write(clips))
    questions = {tuple(q for q, _ in clip.pairs) for clip in TemplateWriter().write(clips)}
    assert len(questions) > 3


def test_a_description_without_words_fails() -> None:
    clip = template_interview(described("  "))
    assert clip.failed
    assert not clip.pairs


@pytest.mark.skipif("MULLAMA_DATA" not in os.environ, reason="MULLAMA_DATA is not set")
def test_real_captions_make_nine_pairs() -> None:
    with (Path(os.environ["MULLAMA_DATA"]) / "musiccaps-public.csv").open() as file:
        for row in islice(csv.DictReader(file), 200):
            clip = template_interview(
                Description("musiccaps", row["ytid"], row["caption"], "caption")
            )
            assert len(clip.pairs) == 9
