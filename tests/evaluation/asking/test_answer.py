"""Answers are the same however they came about: at once, in batches, in processes, after a kill, in shards."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clips import write_wav
from evaluation.conftest import QUESTIONS, TRACKS, write_set
from mullama.errors import UsageError
from mullama.evaluation.asking.answer import answer
from mullama.evaluation.asking.answers import AnswerRecord, read_answers
from mullama.evaluation.asking.controls import CONTROLS, MUSIC
from mullama.evaluation.asking.tasks import Asking
from mullama.evaluation.folder import EvaluationFolder
from mullama.evaluation.items import EvaluationSet
from mullama.evaluation.metrics.texts import MAX_CHARACTERS
from mullama.evaluation.sets.registry import read_set
from mullama.evaluation.systems.registry import SystemSpec
from mullama.jobs.outcome import Outcome
from mullama.jobs.shard import Shard
from mullama.jobs.workers.choose import Engine

ITEMS = TRACKS * len(QUESTIONS)
SMALL = SystemSpec("mullama", "small", {"max_new_tokens": 12})


def found_in(pairs: Path) -> EvaluationSet:
    return read_set(f"pairs:{pairs}", unpack_to=pairs.parent / "unpacked")


def records(folder: EvaluationFolder, system: str = "small") -> list[AnswerRecord]:
    return list(read_answers(folder.answers(system)))


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> EvaluationFolder:
    """Two tracks, asked about the music and every control."""
    root = tmp_path_factory.mktemp("answered")
    folder = EvaluationFolder(root / "out")
    answer(
        found_in(write_set(root / "set")), SMALL, folder, asking=Asking(tracks=2), progress=False
    )
    return folder


def test_every_item_is_asked_under_every_condition(answered: EvaluationFolder) -> None:
    counts = Counter(record.condition for record in records(answered))
    assert counts == dict.fromkeys((MUSIC, *CONTROLS), 2 * len(QUESTIONS))
    by_condition = {c: [r.answer for r in records(answered) if r.condition == c] for c in counts}
    assert len({tuple(texts) for texts in by_condition.values()}) > 2  # sounds make a difference
    assert all(r.seconds_heard == 30.0 for r in records(answered) if r.condition == "noise")
    assert all(r.seconds_heard == 0.0 for r in records(answered) if r.condition == "no-audio")


def test_a_batch_answers_as_one_at_a_time(pairs: Path, answered: EvaluationFolder) -> None:
    alone = EvaluationFolder(pairs.parent / "alone")
    spec = replace(SMALL, options={**SMALL.options, "batch_size": 1})
    answer(found_in(pairs), spec, alone, asking=Asking(tracks=2), progress=False)
    assert records(alone) == records(answered)


def test_what_is_answered_is_not_asked_again(pairs: Path, answered: EvaluationFolder) -> None:
    before = answered.answers("small").read_bytes()
    outcome = answer(found_in(pairs), SMALL, answered, asking=Asking(tracks=2), progress=False)
    assert outcome == Outcome(skipped=2 * 5 * len(QUESTIONS))
    assert answered.answers("small").read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["processes", "threads", "ray"])
def test_every_way_answers_alike(pairs: Path, answered: EvaluationFolder, engine: Engine) -> None:
    if engine == "ray":
        pytest.importorskip("ray")
    other = EvaluationFolder(pairs.parent / engine)
    asking = Asking(tracks=2)
    answer(found_in(pairs), SMALL, other, asking=asking, engine=engine, workers=2, progress=False)
    assert other.answers("small").read_bytes() == answered.answers("small").read_bytes()


def test_shards_together_are_the_whole(pairs: Path, answered: EvaluationFolder) -> None:
    other = EvaluationFolder(pairs.parent / "shards")
    for shard in (Shard(1, 2), Shard(2, 2), Shard()):
        answer(found_in(pairs), SMALL, other, asking=Asking(tracks=2), shard=shard, progress=False)
    assert other.answers("small").read_bytes() == answered.answers("small").read_bytes()


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on(pairs: Path, answered: EvaluationFolder) -> None:
    out = pairs.parent / "killed"
    command = [sys.executable, "-m", "mullama", "evaluate", "answer", str(pairs), "--tracks", "2"]
    command += ["--system", "mullama:name=small,max_new_tokens=12,batch_size=2", "--out", str(out)]
    log = EvaluationFolder(out).answers("small")
    for count in (1, 9):
        child = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 120
        while time.monotonic() < until and child.poll() is None:
            if log.exists() and log.read_bytes().count(b"\n") >= count:
                break
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert log.read_bytes() == answered.answers("small").read_bytes()


def test_a_file_that_is_no_music_fails_its_own_items(pairs: Path, tmp_path: Path) -> None:
    (pairs.parent / "1.wav").write_bytes(b"RIFF, but no more")
    folder = EvaluationFolder(tmp_path / "out")
    asking = Asking(control=("silence",))
    spec = replace(SMALL, options={"max_new_tokens": 3})
    outcome = answer(found_in(pairs), spec, folder, asking=asking, progress=False)
    assert (outcome.written, outcome.failed, outcome.exit_code) == (2 * ITEMS - 3, 3, 1)
    failed = [record for record in records(folder) if record.failed]
    assert {record.item.partition("#")[0] for record in failed} == {"1.wav"}
    again = answer(found_in(pairs), spec, folder, asking=asking, progress=False)
    assert again.failed_before == 3


def test_the_published_protocol_joins_pieces(pairs: Path, tmp_path: Path) -> None:
    write_wav(pairs.parent / "0.wav", hz=110, seconds=131)
    folder = EvaluationFolder(tmp_path / "out")
    asking = Asking(protocol="published", tracks=2)
    answer(found_in(pairs), SMALL, folder, asking=asking, progress=False)
    long, short = ([r for r in records(folder) if r.item == f"{n}.wav#1"] for n in (0, 1))
    # Two minutes and eleven seconds: the first and the third minute, and every control as often.
    assert {r.condition: (r.pieces, r.seconds_heard) for r in long} == {
        MUSIC: (2, 71.0),
        "wrong-song": (0, None),
        "silence": (2, 60.0),
        "noise": (2, 60.0),
        "no-audio": (2, 0.0),
    }
    silent = next(r.answer for r in long if r.condition == "silence")
    assert silent == " ".join([silent[: len(silent) // 2].strip()] * 2)
    # A second of music is dropped by that protocol, and so are its controls.
    dropped = {r.condition: (r.answer, r.pieces) for r in short}
    del dropped["wrong-song"]
    assert dropped == dict.fromkeys((MUSIC, "silence", "noise", "no-audio"), ("", 0))


def test_a_system_that_hears_nothing_is_asked_once(pairs: Path, tmp_path: Path) -> None:
    for file in pairs.parent.glob("*.wav"):
        file.unlink()
    folder = EvaluationFolder(tmp_path / "out")
    answer(found_in(pairs), SystemSpec("echo"), folder, asking=Asking(), progress=False)
    assert [r.answer for r in records(folder, "echo")] == [q for q, _ in QUESTIONS] * TRACKS


def test_an_answer_that_is_too_long_to_be_scored_is_a_failure(pairs: Path, tmp_path: Path) -> None:
    folder = EvaluationFolder(tmp_path / "out")
    spec = SystemSpec("constant", options={"text": "x" * (MAX_CHARACTERS + 1)})
    outcome = answer(found_in(pairs), spec, folder, asking=Asking(), progress=False)
    assert (outcome.written, outcome.failed) == (0, ITEMS)
    (why,) = {record.failed for record in records(folder, "constant")}
    assert why.startswith("the answer has 20,001 characters")


def test_the_command_is_kept_and_another_one_is_the_same_system(
    pairs: Path, tmp_path: Path
) -> None:
    folder, spec = EvaluationFolder(tmp_path / "out"), SystemSpec("echo")
    for command in (["mullama", "one"], ["mullama", "other", "--retry-failed"]):
        answer(found_in(pairs), spec, folder, asking=Asking(), command=command, progress=False)
        assert folder.read_systems()[0].command == tuple(command)
    assert len(records(folder, "echo")) == ITEMS


def test_a_folder_holds_one_evaluation(pairs: Path, answered: EvaluationFolder) -> None:
    found = found_in(pairs)
    with pytest.raises(UsageError, match="another protocol"):
        answer(found, SMALL, answered, asking=Asking(tracks=2, protocol="published"))
    changed = replace(found.items[0], question="Who?")
    other = replace(found, items=(changed, *found.items[1:]))
    with pytest.raises(UsageError, match="asks other questions"):
        answer(other, SMALL, answered, asking=Asking(tracks=2))
    hotter = replace(SMALL, options={"max_new_tokens": 13})
    with pytest.raises(UsageError, match="another max_new_tokens"):
        answer(found, hotter, answered, asking=Asking(tracks=2))


def test_audio_that_is_found_later_is_asked_about(pairs: Path, tmp_path: Path) -> None:
    folder, asking = EvaluationFolder(tmp_path / "out"), Asking(control=("no-audio",))
    spec = replace(SMALL, options={"max_new_tokens": 3})
    aside = pairs.parent / "0.wav"
    aside.rename(aside.with_suffix(".aside"))
    first = answer(found_in(pairs), spec, folder, asking=asking, progress=False)
    assert first.written == 2 * ITEMS - 3
    aside.with_suffix(".aside").rename(aside)
    assert answer(found_in(pairs), spec, folder, asking=asking, progress=False).written == 3


def test_what_a_folder_says_is_read_again(answered: EvaluationFolder, tmp_path: Path) -> None:
    (system,) = answered.read_systems()
    assert (system.name, system.kind, system.hears) == ("small", "mullama", True)
    assert len(system.description["files"]["model.safetensors"]) == 64
    about, asking = answered.read_about()
    assert (about["name"], about["items"], asking.tracks) == ("pairs", ITEMS, 2)
    spoilt = EvaluationFolder(tmp_path)
    for stored, why in (
        ([], "not the description of an evaluation"),
        ({"set": {"name": "a", "items": 1}}, "not the description of an evaluation"),
        ({"set": {}}, "set: missing key 'name'"),
        ({"set": "a"}, "set: expected keys and values, got 'a'"),
        ({"set": {"name": "a", "items": "all"}}, "set: items: expected int"),
        ({"set": {"name": "a", "items": 1, "sources": ["a"]}}, "set: sources"),
    ):
        spoilt.about.write_text(json.dumps(stored))
        with pytest.raises(UsageError, match=re.escape(why)):
            spoilt.read_about()
    with pytest.raises(UsageError, match=r"is .* an evaluation's folder"):
        EvaluationFolder(Path(os.devnull).parent / "nothing").read_about()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda lines: [*lines[:-1], lines[-1][:-30]], "holds 17 items, and .* tells of 18"),
        (lambda lines: [*lines, lines[0]], "two items are called"),
        (lambda lines: [json.dumps({**json.loads(lines[0]), "question": " "}) + "\n", *lines[1:]],
         "asks nothing"),
    ],
    ids=["torn", "twice", "blank"],
)  # fmt: skip
def test_items_that_are_not_those_of_the_set_are_refused(
    answered: EvaluationFolder, tmp_path: Path, spoil: Callable[[list[str]], list[str]], why: str
) -> None:
    folder = EvaluationFolder(Path(shutil.copytree(answered.path, tmp_path / "copy")))
    lines = folder.items.read_text().splitlines(keepends=True)
    folder.items.write_text("".join(spoil(lines)))
    with pytest.raises(UsageError, match=why):
        folder.read_items()
