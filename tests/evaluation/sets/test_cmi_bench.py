"""CMI-Bench: instructions of the test part, and published answers as a set."""

from typing import Any

import pytest

from clips import write_wav
from mullama.errors import UsageError
from set_files import Read, Write


def line(**changes: Any) -> dict[str, Any]:
    return {
        "instruction": "Estimate the musical key.\n",
        "input": "<|SOA|><AUDIO><|EOA|>",
        "output": "Eb minor",
        "uuid": "",
        "split": ["test"],
        "task_type": {"major": ["multi-class"], "minor": ["key_detection"]},
        "domain": "music",
        "audio_path": ["data/GS-key/giantsteps_clips/wav/0005061-0.wav"],
        "audio_start": 0.0,
        "audio_end": 30.0,
        "source": "GiantSteps",
        "other": {"tag": "null"},
        **changes,
    }


def test_instructions(read: Read, write: Write) -> None:
    rows = [
        line(split=["train"]),
        line(),
        line(audio_end=-1, output=5.25),
        line(audio_path=["a.wav", "b.wav"]),
        line(audio_start=3.0, audio_end=-1),
        line(output=""),
    ]
    path = write("GS-key/CMI_GS_key.jsonl", rows)
    wav = write_wav(path.parent / "GS-key/giantsteps_clips/wav/0005061-0.wav")
    found = read("cmi-bench", path.parent)
    first, second = found.items
    assert (first.id, first.question) == ("CMI_GS_key#2", "Estimate the musical key.")
    assert (first.references, first.topic) == (("Eb minor",), "key_detection")
    assert (first.excerpt, first.file, first.source) == ((0.0, 30.0), wav, "GiantSteps")
    assert (second.excerpt, second.references) == (None, ("5.25",))
    assert len(found.tracks()) == 1
    assert sorted(found.notes) == [
        "1 left out: about several clips, or none",
        "1 left out: of an excerpt without an end",
        "1 left out: of the split train",
        "1 left out: without an answer",
    ]


def test_a_folder_of_tasks(read: Read, write: Write) -> None:
    write("data/A/CMI_A.jsonl", [line()])
    path = write("data/B/CMI_B.jsonl", [line(audio_path=["x.wav"])])
    found = read("cmi-bench", path.parents[2])
    assert [item.id for item in found.items] == ["CMI_A#1", "CMI_B#1"]


def test_published_answers(read: Read, write: Write) -> None:
    answer = {
        "question": "Estimate the key.",
        "response": "The audio is in C major.",
        "correct_answer": "D major",
        "audioid": "../testdata/GS-key/giantsteps_clips/wav/0010089-0.wav",
        "other": "",
    }
    path = write("answers.json", [answer, {**answer, "correct_answer": "F minor"}])
    path = path.rename(path.with_name("mullama_GS_key.jsonl"))  # an array, and called so
    wav = write_wav(path.parent / "GS-key/giantsteps_clips/wav/0010089-0.wav")
    found = read("cmi-bench", path)
    assert [item.id for item in found.items] == ["mullama_GS_key#0", "mullama_GS_key#1"]
    assert found.items[0].references == ("D major",)
    assert found.items[0].topic == "GS_key"
    assert found.items[0].file == wav


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"instruction": ""}, "line 1: 'instruction' is missing"),
        ({"output": ["Eb"]}, "line 1: 'output' is .*, expected text"),
        ({"audio_start": "0"}, "line 1: 'audio_start' is '0', expected seconds"),
        ({"audio_start": 31.0}, r"begins at 31\.0 s and ends at 30\.0 s"),
        ({"task_type": "key"}, "'task_type' is not an object"),
    ],
)
def test_bad_lines(read: Read, write: Write, change: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read("cmi-bench", write("CMI_x.jsonl", [line(**change)]))
