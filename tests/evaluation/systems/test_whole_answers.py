"""Systems within the first step of an evaluation: an endpoint that dies half-way, and systems without ears."""

import shutil
from pathlib import Path

import pytest

from canned_server import CannedServer
from evaluation.conftest import QUESTIONS, TRACKS
from mullama.evaluation.asking.answer import answer
from mullama.evaluation.asking.answers import AnswerRecord, read_answers
from mullama.evaluation.asking.tasks import Asking
from mullama.evaluation.folder import EvaluationFolder
from mullama.evaluation.items import EvaluationSet
from mullama.evaluation.sets.registry import read_set
from mullama.evaluation.systems.registry import SystemSpec
from mullama.jobs.outcome import Outcome
from mullama.musicqa.writers import endpoint as endpoint_module

ITEMS = TRACKS * len(QUESTIONS)


@pytest.fixture
def found(pairs: Path) -> EvaluationSet:
    return read_set(f"pairs:{pairs}", unpack_to=pairs.parent / "unpacked")


def ask(
    found: EvaluationSet, spec: SystemSpec, folder: EvaluationFolder, *, retry: bool = False
) -> Outcome:
    asking = Asking(no_controls=True)
    return answer(found, spec, folder, asking=asking, retry_failed=retry, progress=False)


def records(folder: EvaluationFolder, spec: SystemSpec) -> list[AnswerRecord]:
    return list(read_answers(folder.answers(spec.file_name)))


def test_an_endpoint_that_dies_is_asked_again_by_another_run(
    found: EvaluationSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openai", reason="needs the musicqa extra")
    monkeypatch.setattr(endpoint_module, "FIRST_WAIT", 0.01)
    folder = EvaluationFolder(tmp_path / "out")
    with CannedServer(dies_after=7) as server:
        options = {"url": server.url, "model": "m", "retries": 1, "concurrency": 2}
        spec = SystemSpec("openai", options=options)
        died = ask(found, spec, folder)
        server.dies_after = None
        done = ask(found, spec, folder, retry=True)
    assert died.exit_code == 1
    assert (died.written, died.failed) == (7, ITEMS - 7)
    assert any("was given up" in cause for cause in died.causes)
    assert (done.written, done.skipped, done.exit_code) == (ITEMS - 7, 7, 0)
    assert len({record.item for record in records(folder, spec) if record.answer}) == ITEMS


def test_systems_without_ears_need_no_audio(found: EvaluationSet, tmp_path: Path) -> None:
    folder = EvaluationFolder(tmp_path / "out")
    spec = SystemSpec.from_text("other-answer:name=another track")
    shutil.rmtree(next(item.file for item in found.items if item.file).parent)
    assert ask(found, spec, folder) == Outcome(written=ITEMS)
    said = {record.item: record.answer for record in records(folder, spec)}
    references = {item.id: item.references[0] for item in found.items}
    assert all(said[item.id] in references.values() for item in found.items)


def test_recorded_answers_are_those_of_another_evaluation(
    found: EvaluationSet, tmp_path: Path
) -> None:
    first, second = EvaluationFolder(tmp_path / "first"), EvaluationFolder(tmp_path / "second")
    spec = SystemSpec.from_text("two-answers")
    ask(found, spec, first)
    again = SystemSpec("recorded", options={"path": str(first.answers(spec.file_name))})
    assert ask(found, again, second) == Outcome(written=ITEMS)
    texts = [[r.answer for r in records(*which)] for which in ((first, spec), (second, again))]
    assert texts[0] == texts[1]
