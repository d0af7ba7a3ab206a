"""The small model hears here and vLLM answers, in an environment of its own, as the model does here.

What the environment is, and when these tests are skipped: tests/vllm_server.py.
"""

import base64
import gc
import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mullama.answer_options import AnswerOptions
from mullama.checkpoints.export.song_adapter import NO_SONG
from mullama.cli import main
from mullama.engine import Engine, Question, open_engine
from mullama.load_options import LoadOptions
from mullama.open_model import load
from mullama.song import MuLlama
from paths import ROOT
from vllm_server import NEEDED, PYTHON, VllmServer
from waiting import wait_until

pytest.importorskip("httpx")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not PYTHON.is_file(), reason=NEEDED),
]
QUESTIONS = ("Describe the audio", "Which instruments play?", "What is the key?", "How fast is it?")
PLAIN: dict[str, Any] = {"temperature": 0.0, "repetition_penalty": 1.0, "max_new_tokens": 60}


@pytest.fixture(scope="module")
def songs() -> list[str | None]:
    found = [str(path) for path in sorted((ROOT / "examples").glob("*.mp3"))]
    assert len(found) > 1
    return [*found, None]


@pytest.fixture(scope="module")
def here() -> MuLlama:
    return load(device="cpu")


@pytest.fixture(scope="module")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    folder = tmp_path_factory.mktemp("vllm")
    assert main(["export", "--for", "vllm", "--out", str(folder / "base")]) == 0
    with VllmServer(folder / "base") as server:
        yield server


@pytest.fixture
def engine(vllm: VllmServer, tmp_path: Path) -> Iterator[Engine]:
    answers = AnswerOptions(answer_at=vllm.url, adapters=tmp_path / "adapters")
    engine = open_engine(LoadOptions(device="cpu"), answers, batch_size=12)
    yield engine
    engine.close(drain=False)
    engine.mu.far.close()  # type: ignore[attr-defined]


def test_many_callers_are_answered_as_here(
    engine: Engine, here: MuLlama, songs: list[str | None]
) -> None:
    """Songs and none, in one batch; then again, from vLLM's prefix cache."""
    asked = [Question(song, text) for text in QUESTIONS for song in songs]
    known = {song: here.no_song() if song is None else here.listen(song) for song in songs}
    expected = [known[question.audio].ask(question.text, **PLAIN) for question in asked]
    assert len({tuple(answer.token_ids) for answer in expected}) > len(songs)
    with ThreadPoolExecutor(len(asked)) as callers:
        for _ in range(2):
            tickets = callers.map(
                lambda question: engine.submit(question, caller=question.text, **PLAIN), asked
            )
            for answer, wanted in zip([t.result(300) for t in tickets], expected, strict=True):
                assert answer.token_ids == wanted.token_ids
                assert answer.finish_reason == wanted.finish_reason
                assert answer.token_logprobs == pytest.approx(wanted.token_logprobs, abs=1e-4)


def test_likelihoods_of_choices_are_those_here(
    engine: Engine, here: MuLlama, songs: list[str | None]
) -> None:
    keys = ["C major", "F# minor", "G major", "A minor"]
    for song in songs[1:]:
        mine = (here.no_song() if song is None else here.listen(song)).ask(
            QUESTIONS[2], choices=keys
        )
        theirs = engine.submit(Question(song, QUESTIONS[2]), choices=keys).choice(300)
        assert theirs.answer == mine.answer
        assert theirs.logprobs == pytest.approx(mine.logprobs, abs=1e-4)


def test_sampling_is_seeded_and_bounded(engine: Engine, songs: list[str | None]) -> None:
    options: dict[str, Any] = {**PLAIN, "temperature": 2.0, "top_k": 50, "max_new_tokens": 12}
    seeds = (1, 1, 2, 3, 4, 5)
    tickets = [
        engine.submit(Question(songs[0], QUESTIONS[0]), **{**options, "seed": s}, top_logprobs=4)
        for s in seeds
    ]
    answers = [ticket.result(300).token_ids for ticket in tickets]
    assert answers[0] == answers[1]
    assert len(set(map(tuple, answers))) > 2
    for token in tickets[0].tokens:
        assert len(token.likeliest) == 4
        assert token.likeliest[0][1] >= token.logprob


def test_who_leaves_frees_the_server(
    engine: Engine, songs: list[str | None], vllm: VllmServer
) -> None:
    long: dict[str, Any] = {"temperature": 2.0, "max_new_tokens": 450, "seed": 1}
    tickets = [engine.submit(Question(song, QUESTIONS[0]), **long) for song in songs * 2]
    wait_until(lambda: all(ticket.tokens for ticket in tickets), 120)
    assert engine.state.running
    for ticket in tickets:
        ticket.cancel()
    wait_until(lambda: not engine.state.running and not vllm.running, 60)
    made = engine.state.tokens
    outcomes = engine.state.outcomes
    assert outcomes["Cancelled"]
    assert not outcomes.keys() - {"Cancelled", "stop"}
    assert engine.submit(Question(songs[0], QUESTIONS[0]), **PLAIN).result(300).text
    assert engine.state.tokens > made


def test_songs_leave_and_come_back(
    vllm: VllmServer, songs: list[str | None], tmp_path: Path
) -> None:
    """With room for fewer songs than are asked about, and after the server has forgotten them."""
    probe = open_engine(
        LoadOptions(device="cpu"), AnswerOptions(answer_at=vllm.url, adapters=tmp_path)
    )
    probe.mu.far.close()  # type: ignore[attr-defined]
    size = sum(path.stat().st_size for path in (tmp_path / "0" / NO_SONG).iterdir())
    answers = AnswerOptions(
        answer_at=vllm.url, adapters=tmp_path, adapters_mb=2.5 * size / (1 << 20)
    )
    engine = open_engine(LoadOptions(device="cpu"), answers, batch_size=1)
    try:
        clips = [*songs, *_changed(songs[0], tmp_path)]
        first = [engine.submit(Question(clip, QUESTIONS[0]), **PLAIN).result(300) for clip in clips]
        ours = {path.name for path in (tmp_path / "0").iterdir()} - {"lock"}
        assert len(ours) == 3  # with the one of no song
        assert ours - {NO_SONG} == {
            name for name in vllm.adapters if (tmp_path / "0" / name).exists()
        } - {NO_SONG}
        for name in ours:
            vllm.forget(name)
        again = [engine.submit(Question(clip, QUESTIONS[0]), **PLAIN).result(300) for clip in clips]
        assert [a.token_ids for a in again] == [a.token_ids for a in first]
    finally:
        engine.close(drain=False)


def test_the_openai_client_in_front(
    vllm: VllmServer, here: MuLlama, songs: list[str | None], tmp_path: Path
) -> None:
    openai = pytest.importorskip("openai")
    pytest.importorskip("fastapi")
    from running_server import process

    flags = ("--engine", vllm.url, "--adapters", str(tmp_path / "a"), "--device", "cpu")
    with process("small", *flags) as (_, url):
        client = openai.OpenAI(base_url=url, api_key="none")
        expected = {song: _plain(here, song) for song in songs}

        def ask(song: str | None) -> str:
            stream = client.chat.completions.create(
                model="small", messages=[_message(song)], stream=True, **_FORM
            )
            return "".join(chunk.choices[0].delta.content or "" for chunk in stream)

        with ThreadPoolExecutor(9) as callers:
            for song, text in zip(songs * 3, callers.map(ask, songs * 3), strict=True):
                assert text == expected[song]


def test_a_catalogue_is_the_one_made_here(vllm: VllmServer, tmp_path: Path) -> None:
    music = tmp_path / "music"
    shutil.copytree(ROOT / "examples", music)
    rows = []
    for name, flags in (
        ("here", ()),
        ("there", ("--engine", vllm.url, "--adapters", str(tmp_path / "a"))),
    ):
        out = tmp_path / name
        assert main(["catalogue", str(music), "--out", str(out), "--device", "cpu", *flags]) == 0
        lines = (out / "captions.jsonl").read_text().splitlines()
        rows.append([json.loads(line) for line in lines])
    assert len(rows[0]) > 1
    for mine, theirs in zip(*rows, strict=True):
        fields = mine.pop("fields"), theirs.pop("fields")
        assert mine == theirs
        for name, field in fields[0].items():
            assert fields[1][name]["value"] == field["value"]
            assert fields[1][name]["probability"] == pytest.approx(field["probability"], abs=1e-3)


def test_no_thread_is_left() -> None:
    gc.collect()
    wait_until(lambda: not [t for t in threading.enumerate() if t.name == "mullama-far"])


_FORM: dict[str, Any] = {
    "temperature": 0, "max_tokens": 60, "extra_body": {"repetition_penalty": 1.0},
}  # fmt: skip


def _plain(mu: MuLlama, song: str | None) -> str:
    known = mu.no_song() if song is None else mu.listen(song)
    return known.ask(QUESTIONS[0], **PLAIN).text


def _message(song: str | None) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "text", "text": QUESTIONS[0]}]
    if song is not None:
        data = base64.b64encode(Path(song).read_bytes()).decode()
        parts.append({"type": "input_audio", "input_audio": {"data": data, "format": "mp3"}})
    return {"role": "user", "content": parts}


def _changed(song: str | None, folder: Path) -> list[str]:
    """Two more pieces of music: beginnings of a known one."""
    import soundfile

    assert song is not None
    samples, rate = soundfile.read(song)
    paths = []
    for seconds in (3, 6):
        paths.append(str(folder / f"{seconds}.wav"))
        soundfile.write(paths[-1], samples[: seconds * rate], rate)
    return paths
