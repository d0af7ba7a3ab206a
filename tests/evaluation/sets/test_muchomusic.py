"""MuChoMusic's table and list of prompts, RUListening's object; their tracks and audio."""

from pathlib import Path
from typing import Any

import pytest

from clips import write_wav
from mullama.errors import UsageError
from set_files import Read, Write

ANSWERS = ["Brass", "Violin", "Cello", "Piano"]


def row(number: int, **changes: Any) -> dict[str, Any]:
    """A row of `muchomusic.csv`."""
    return {
        "question_id": number,
        "question": "Which instrument leads?",
        "correct_answer": ANSWERS[0],
        **{f"distractor_{place}_answer": ANSWERS[place] for place in (1, 2, 3)},
        "dataset": "sdd",
        "dataset_identifier": "1004034.json",
        "genre": "rock",
        "music_knowledge": "['instrumentation', 'melody']",
        "music_reasoning": "[]",
        **changes,
    }


def caps(number: int, **changes: Any) -> dict[str, Any]:
    return row(number, dataset="musiccaps", dataset_identifier="-0Gj8_vB1q4_2.json", **changes)


def test_the_table(read: Read, write: Write, tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "sdd" / "34" / "1004034.2min.mp3")
    both = "['functional context']"
    path = write("muchomusic.csv", [row(7), caps(8, music_reasoning=both, music_knowledge="")])
    found = read("muchomusic", path, [tmp_path / "sdd"])
    first, second = found.items
    assert (first.id, first.topic, first.file) == ("7", "knowledge", wav)
    assert first.track == "jamendo/track_1004034"
    assert sorted(first.options) == sorted(ANSWERS)
    assert first.right is not None
    assert first.options[first.right] == "Brass"
    assert (second.id, second.topic) == ("8", "reasoning")
    assert (second.track, second.audio) == ("musiccaps/-0Gj8_vB1q4", "-0Gj8_vB1q4.wav")
    assert second.missing


def test_musiccaps_names_come_from_its_table(read: Read, write: Write) -> None:
    path = write("muchomusic.csv", [caps(1)])
    (path.parent / "musiccaps-public.csv").write_text(
        "ytid,start_s,end_s,caption,is_audioset_eval\n-0Gj8_vB1q4,30,40,Calm,False\n"
    )
    wav = write_wav(path.parent / "audio" / "[-0Gj8_vB1q4]-[30-40].wav")
    (item,) = read("muchomusic", path.parent).items
    assert (item.audio, item.file) == (wav.name, wav)


def prompt(**changes: Any) -> dict[str, Any]:
    """An item of the list that MuChoMusic's own script writes."""
    return {
        "id": 1004034,
        "prompt": "Question: Old?\n Options: (A) x  \n Question: Which leads?\n Options: (A) Cello ...",
        "answers": ["Cello", "Brass", "Violin", "Piano"],
        "answer_orders": [2, 0, 1, 3],
        "dataset": "sdd",
        "genre": "rock",
        "reasoning": ["a"],
        "knowledge": ["b"],
        "audio_path": "data/sdd/audio/34/1004034.2min.mp3",
        **changes,
    }


def test_the_list_of_prompts_keeps_its_order(read: Read, write: Write) -> None:
    found = read("muchomusic", write("prompts.json", [prompt(), prompt(answer_orders=[0, 0, 1])]))
    (item,) = found.items
    assert (item.id, item.question) == ("item 0", "Which leads?")
    assert item.options == ("Cello", "Brass", "Violin", "Piano")
    assert item.right == 1
    assert item.topic == "knowledge and reasoning"
    assert "1 left out: its order of options is none" in found.notes


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": ""}, "line 3: 'question' is missing"),
        ({"distractor_2_answer": " "}, "line 3: 'distractor_2_answer' is missing"),
        ({"question_id": 1}, "two items are called '1'"),
        ({"dataset": ""}, "line 3: 'dataset' is missing"),
    ],
)
def test_bad_rows(read: Read, write: Write, change: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read("muchomusic", write("muchomusic.csv", [row(1), row(2, **change)]))


RUL = {
    "question": "What leads?",
    "caption": "A trumpet leads.",
    "correct_answer": "Brass",
    "distractors": ["Violin", "Cello", "Piano", "Piccolo"],
    "PI": 0.97,
}


def test_rulistening_asks_four_times(read: Read, write: Write) -> None:
    other = {**RUL, "question": "What else?"}
    path = write("RUL-MuchoMusic.json", {"1491": RUL, "7": other, "8": {**RUL, "caption": "Calm."}})
    wav = write_wav(path.parent / "audio" / "1491.mp3")
    found = read("rulistening", path.parent)
    assert len(found.items) == 12
    assert found.licence == "MIT"
    first = found.items[:4]
    assert [item.id for item in first] == [f"1491-without-{n}" for n in (1, 2, 3, 4)]
    assert {item.file for item in first} == {wav}
    for place, item in enumerate(first):
        assert sorted(item.options) == sorted(
            ["Brass", *RUL["distractors"][:place], *RUL["distractors"][place + 1 :]]
        )
        assert item.right is not None
        assert item.options[item.right] == "Brass"
    # Two numbers, one caption: one track.
    assert len(found.tracks()) == 2
    assert found.items[4].missing


def test_rulistening_that_is_something_else(read: Read, write: Write, tmp_path: Path) -> None:
    for rows, words in (
        ({"1": 2}, "item '1': not a JSON object"),
        ({"1": {**RUL, "distractors": []}}, "there is no question"),
        ({"1": {**RUL, "distractors": [1.5, {}]}}, "expected text"),
    ):
        with pytest.raises(UsageError, match=words):
            read("rulistening", write("r.json", rows))
    (tmp_path / "r.json").write_text('{"1": NaN}')
    with pytest.raises(UsageError, match="not JSON"):
        read("rulistening", tmp_path / "r.json")
    (tmp_path / "r.json").write_text('{"a":' * 100_000)
    with pytest.raises(UsageError, match=r"nested too deeply|not JSON"):
        read("rulistening", tmp_path / "r.json")
