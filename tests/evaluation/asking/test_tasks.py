"""What is put to a system: pieces as published, wrong songs that are wrong, choices by letter."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.evaluation.asking.controls import MUSIC, Sound, wrong_songs
from mullama.evaluation.asking.pieces import published_pieces, spans
from mullama.evaluation.asking.tasks import Asking, put, tasks
from mullama.evaluation.items import Item, check_items
from paths import GOLDEN

SOUNDS = {name: Sound(Path(f"{name}.wav"), name) for name in ("silence", "noise")}


def item(number: int, track: str = "", **about: object) -> Item:
    file = Path(f"{number}.wav")
    known = {"audio": file.name, "file": file, "sha256": f"{number:064}", **about}
    return Item(f"i{number}", "Key?", ("C major",), track or file.name, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("milliseconds", [0, 1, 10_000])
def test_too_short_for_the_published_protocol(milliseconds: int) -> None:
    assert published_pieces(milliseconds) == []


def test_pieces_are_those_of_the_published_splitter() -> None:
    table = json.loads((GOLDEN / "pieces.json").read_text())["pieces"]
    assert len(table) > 10
    for milliseconds, told in table.items():
        asked = [tuple(told["pieces_ms"][number]) for number in told["asked"]]
        assert published_pieces(int(milliseconds)) == asked


def test_stretches_of_a_file() -> None:
    whole, part = Sound(Path("a"), "a"), Sound(Path("a"), "a", (30.0, 200.0))
    assert spans(125.0, whole, "whole") is None
    assert spans(125.0, part, "whole") == [(30.0, 200.0)]
    assert spans(130.1, whole, "published") == [(0.0, 60.0), (120.0, 130.1)]
    assert spans(125.0, part, "published") == [(30.0, 90.0)]


def test_a_wrong_song_is_of_another_track_and_another_file() -> None:
    items = [item(n, track=f"piece {n // 2}") for n in range(12)]
    items.append(replace(item(0, track="copy"), id="copy"))  # the same file under another name
    for seed in range(20):
        wrong = wrong_songs(items, seed)
        assert set(wrong) == {one.track for one in items}
        for one in items:
            other = next(i for i in items if i.file == wrong[one.track].file and i.track != "copy")
            assert other.track != one.track
            assert wrong[one.track].sha256 != next(i for i in items if i.track == one.track).sha256
    assert wrong_songs(items, 1) == wrong_songs(items, 1) != wrong_songs(items, 2)


def test_one_track_has_no_wrong_song() -> None:
    conditions = {t.condition for t in tasks([item(1)], Asking(), SOUNDS, hears=True)}
    assert conditions == {MUSIC, "silence", "noise", "no-audio"}


def test_without_its_audio_an_item_is_asked_under_the_controls_alone() -> None:
    gone = Item("i", "Key?", ("C major",), audio="gone.wav", missing="gone")
    asked = list(tasks([gone, item(1), item(2)], Asking(), SOUNDS, hears=True))
    assert {t.condition for t in asked if t.item is gone} == {"silence", "noise", "no-audio"}
    assert {t.condition for t in asked if t.item is not gone} == set(Asking().conditions)
    deaf = list(tasks([gone, item(1)], Asking(), SOUNDS, hears=False))
    assert [t.condition for t in deaf] == [MUSIC, MUSIC]


def test_keys_tell_everything_that_may_change_an_answer() -> None:
    one = item(1)
    changed = [
        one,
        replace(one, question="Tempo?"),
        replace(one, sha256="f" * 64),
        replace(one, excerpt=(0.0, 1.0)),
        replace(one, options=("C", "D"), right=0),
    ]
    keys = {t.key("system") for i in changed for t in tasks([i], Asking(), SOUNDS, hears=True)}
    assert len(keys) == 4 * len(changed) - 3 * 2  # controls do not hear the file, nor its excerpt
    music = next(tasks([one], Asking(), SOUNDS, hears=True))
    assert music.key("system") != music.key("another")
    renamed = next(tasks([replace(one, references=("A minor",))], Asking(), SOUNDS, hears=True))
    assert renamed.key("system") == music.key("system")


def test_a_choice_is_put_by_letters() -> None:
    text = put(Item("i", "What plays?", options=("a flute", "a drum"), right=1))
    assert text.splitlines()[:3] == ["What plays?", "(A) a flute", "(B) a drum"]
    assert "letter" in text
    assert put(item(1)) == "Key?"


@pytest.mark.parametrize(
    "items",
    [[], [item(1), item(1)], [Item("a", "")], [Item("a", " \n")]],
    ids=["none", "twice", "empty", "blank"],
)
def test_a_set_without_items_with_one_twice_or_without_a_question_is_refused(
    items: list[Item],
) -> None:
    with pytest.raises(UsageError, match="here: "):
        check_items(items, "here")


def test_an_item_survives_being_stored() -> None:
    one = item(3, excerpt=(1.0, 2.5), options=("x", "y"), right=0, topic="key")
    assert Item.from_dict(json.loads(json.dumps(one.as_dict())), "here") == one
    with pytest.raises(UsageError, match="here: "):
        Item.from_dict({"id": "a", "question": "b", "colour": "red"}, "here")


@pytest.mark.parametrize(
    "change",
    [
        {"references": "abc"}, {"references": [1]}, {"references": 3}, {"question": 3}, {"id": 3},
        {"track": ["a"]}, {"topic": 3}, {"file": 3}, {"right": "1"}, {"options": "ab"},
        {"excerpt": ["a", "b"]}, {"excerpt": [1, 2, 3]}, {"excerpt": [2, 1]}, {"excerpt": "ab"},
    ],
    ids=str,
)  # fmt: skip
def test_a_stored_item_of_other_types_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"here: {next(iter(change))}.*: expected"):
        Item.from_dict({"id": "a", "question": "b", **change}, "here")


def test_options_that_are_no_choice_are_refused_with_their_place() -> None:
    stored = {"id": "a", "question": "b", "options": ["x", "y"], "right": 9}
    with pytest.raises(UsageError, match="here: option 9 is not among 2 options"):
        Item.from_dict(stored, "here")
