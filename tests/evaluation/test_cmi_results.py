"""CMI-Bench's result files: written in its form, and read back by the reader of such files."""

import json
from pathlib import Path
from typing import Any

import pytest

from clips import write_wav
from mullama.cli import main
from mullama.errors import UsageError
from mullama.evaluation.asking.answers import read_answers
from mullama.evaluation.cmi_results import write_results

KEY, TAG = "Estimate the musical key.\n", "Name the genre."


def row(question: str, answer: str, clip: str) -> dict[str, Any]:
    return {
        "instruction": question,
        "output": answer,
        "split": ["test"],
        "audio_path": [clip],
        "audio_start": 0.0,
        "audio_end": -1,
    }


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Two tasks, one clip of which is not there."""
    tasks = {
        "GS-key/CMI_GS_key": [row(KEY, "Eb minor", f"data/GS-key/{n}.wav") for n in (1, 2)],
        "GTZAN/CMI_GTZAN": [row(TAG, "jazz", f"data/GTZAN/{n}.wav") for n in (1, 3)],
    }
    for task, rows in tasks.items():
        path = tmp_path / "data" / f"{task}.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in rows))
        for number in (1, 2):
            write_wav(path.parent / f"{number}.wav", hz=200 + 100 * number)
    return tmp_path


def answer(published: Path, system: str, out: Path) -> int:
    flags = ["--system", system, "--out", str(out), "--audio", str(published)]
    return main(["evaluate", "answer", f"cmi-bench:{published}", *flags])


def test_round_trip(published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The system `recorded` gives the answers again, as the benchmark's own files hold them."""
    folder, results, again = (tmp_path / name for name in ("evaluation", "results", "again"))
    asked = answer(published, "mullama:device=cpu,max_new_tokens=12,name=our model", folder)
    assert asked == 1  # the audio of one item is not here
    capsys.readouterr()
    command = ["evaluate", "report", str(folder), "--write-results", str(results)]
    assert main(command) == 1
    told = capsys.readouterr()
    files = [results / "our-model" / f"our-model_{task}.jsonl" for task in ("GS_key", "GTZAN")]
    assert told.out.split("\n")[:-1] == [str(path) for path in files]
    assert "our model: 1 items without an answer are left out" in told.err
    keys, genres = (json.loads(path.read_text()) for path in files)
    assert [len(keys), len(genres)] == [2, 1]
    assert list(keys[0]) == ["question", "response", "correct_answer", "audioid", "other"]
    first = keys[0] | {"response": ""}
    assert first == {
        "question": KEY.strip(),
        "response": "",
        "correct_answer": "Eb minor",
        "audioid": "data/GS-key/1.wav",
        "other": "",
    }
    answer(published, f"recorded:path={files[0]}", again)
    given = {
        r.item: r.answer
        for r in read_answers(folder / "answers" / "our-model.jsonl")
        if not r.condition
    }
    found = {
        r.item: r.answer for r in read_answers(again / "answers" / "recorded.jsonl") if r.answer
    }
    assert found == {f"CMI_GS_key#{n}": given[f"CMI_GS_key#{n}"] for n in (1, 2)}


def test_results_are_a_set_whose_results_have_the_same_names(
    published: Path, tmp_path: Path
) -> None:
    folder, results = tmp_path / "evaluation", tmp_path / "results"
    answer(published, "constant", folder)
    (written,) = write_results(folder, results)
    assert written.unanswered == 0
    (system,) = results.iterdir()
    more = ["--system", "constant", "--out", str(tmp_path / "more")]
    main(["evaluate", "answer", f"cmi-bench:{system}", *more])
    (again,) = write_results(tmp_path / "more", tmp_path / "again")
    for one, other in zip(written.paths, again.paths, strict=True):
        assert one.name == other.name
        assert json.loads(one.read_text()) == json.loads(other.read_text())


def test_what_is_refused(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "report", str(tmp_path), "--write-results", str(tmp_path / "out")]
    assert main(command) == 2
    assert "no such file" in capsys.readouterr().err
    folder = tmp_path / "evaluation"
    answer(published, "constant", folder)
    (system,) = (folder / "answers").glob("*.json")
    items, about = folder / "items.jsonl", folder / "evaluation.json"
    text = items.read_text()
    items.write_text(text.replace("CMI_GTZAN#", "CMI_/../../x#"))
    answers = system.with_suffix(".jsonl")
    answers.write_text(answers.read_text().replace("CMI_GTZAN#", "CMI_/../../x#"))
    with pytest.raises(UsageError, match="no file can be named"):
        list(write_results(folder, tmp_path / "out"))
    assert not list(tmp_path.glob("x*"))
    about.write_text(about.read_text().replace('"cmi-bench"', '"musicqa"'))
    with pytest.raises(UsageError, match="result files are of cmi-bench"):
        list(write_results(folder, tmp_path / "out"))
