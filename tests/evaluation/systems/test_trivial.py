"""Systems that hear nothing: what they say, that they say it again, and when they cannot."""

from collections import Counter

import pytest

from mullama.evaluation.items import Item
from mullama.evaluation.systems.registry import SystemSpec
from mullama.evaluation.systems.system import Reply, Request

ITEMS = tuple(
    Item(f"{track}#{number}", question, (f"{track} answers {number}.",), track=track, topic=topic)
    for track in ("a", "b", "c", "d")
    for number, (question, topic) in enumerate(
        [("Describe the audio", "fixed"), (f"What of {track}?", "open")]
    )
)
CHOICES = tuple(
    Item(f"choice {n}", "Which?", options=("piano", "drums", "oboe", "harp"), right=1, track=str(n))
    for n in range(60)
)


def replies(spec: str, items: tuple[Item, ...] = ITEMS) -> list[Reply]:
    system = SystemSpec.from_text(spec).open(items)
    return system.answer([Request(item, item.question + " with options", None) for item in items])


def test_one_answer_to_everything() -> None:
    assert {reply.text for reply in replies("constant:text=A song, with drums.")} == {
        "A song, with drums."
    }
    assert "drums" in replies("constant")[0].text


def test_the_question_is_echoed_without_its_options() -> None:
    assert [reply.text for reply in replies("echo")] == [item.question for item in ITEMS]


def test_another_answer_is_another_tracks_to_the_same_question() -> None:
    for item, reply in zip(ITEMS, replies("other-answer"), strict=True):
        number = item.id[-1]
        assert reply.text.endswith(f"answers {number}.")  # the same question, or the same topic
        assert not reply.text.startswith(item.track)


def test_two_answers_are_of_two_other_tracks() -> None:
    for item, reply in zip(ITEMS, replies("two-answers"), strict=True):
        tracks = reply.text[0], reply.text[len("a answers 0. ")]
        assert len({item.track, *tracks}) == 3


def test_draws_are_repeated_and_follow_the_seed_and_the_item_alone() -> None:
    assert replies("other-answer") == replies("other-answer")
    assert replies("other-answer") != replies("other-answer:seed=1")
    spec = SystemSpec.from_text("other-answer")
    alone = spec.open(ITEMS).answer([Request(ITEMS[3], "", None)])
    assert alone == replies("other-answer")[3:4]


def test_every_other_track_is_drawn() -> None:
    drawn = {replies(f"other-answer:seed={seed}")[0].text for seed in range(30)}
    assert drawn == {f"{track} answers 0." for track in "bcd"}


def test_the_right_option_counts_as_an_answer_in_words() -> None:
    items = (*CHOICES[:1], Item("open", "Which?", track="open"))
    first, second = replies("other-answer", items)
    assert first.failed
    assert second.text == "drums"


@pytest.mark.parametrize("spec", ["other-answer", "two-answers"])
def test_without_other_tracks_the_item_fails(spec: str) -> None:
    alone = ITEMS[:1] if spec == "other-answer" else ITEMS[:4]
    assert all("other tracks" in reply.failed for reply in replies(spec, alone))


def test_the_first_option_is_read_as_the_first() -> None:
    assert {reply.text for reply in replies("first-option", CHOICES)} == {"(A) piano"}


def test_random_options_are_spread() -> None:
    drawn = Counter(reply.text for reply in replies("random-option", CHOICES))
    assert set(drawn) == {"(A) piano", "(B) drums", "(C) oboe", "(D) harp"}
    assert max(drawn.values()) < 30
    assert replies("random-option", CHOICES) == replies("random-option", CHOICES)


@pytest.mark.parametrize("spec", ["first-option", "random-option"])
def test_without_options_the_item_fails(spec: str) -> None:
    assert all("no options" in reply.failed for reply in replies(spec))


def test_the_fingerprint_follows_what_is_drawn_from() -> None:
    spec = SystemSpec.from_text("other-answer")
    whole, part = spec.open(ITEMS), spec.open(ITEMS[:4])
    assert spec.fingerprint(whole) == spec.fingerprint(spec.open(ITEMS))
    assert spec.fingerprint(whole) != spec.fingerprint(part)
    assert not whole.hears
