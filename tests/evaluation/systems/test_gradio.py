"""A real local Gradio app with the signature of LTU's demo is asked, refused by, and lost half-way."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import soundfile

from canned_server import CannedServer
from mullama.errors import UsageError
from mullama.evaluation.items import Item
from mullama.evaluation.systems import gradio as module
from mullama.evaluation.systems.gradio import GradioApp, GradioOptions
from mullama.evaluation.systems.registry import SystemSpec
from mullama.evaluation.systems.system import Reply, Request
from sound_files import tone

gradio = pytest.importorskip("gradio")
pytest.importorskip("gradio_client")
REFERENCE = "A reference that only the scores may see."
RATE = 44_100


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", 0.01)
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    monkeypatch.setenv("HF_TOKEN", "hf_secretsecretsecret")


def ltu(audio: str | None, question: str) -> tuple[str, str]:
    """As LTU's demo: a file's path, or none, and a question; says what it was given, and an answer."""
    if question == "crash":
        raise gradio.Error("this one is not for me")
    if question == "nothing":
        return "A note.", ""
    heard = soundfile.info(audio) if audio else None
    sound = f"{heard.frames} at {heard.samplerate}" if heard else "nothing"
    return "A note.", f"{question} I hear {sound}. {Path(audio).name if audio else ''}"


@contextmanager
def serving(app: Any) -> Iterator[str]:
    _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        yield url
    finally:
        app.close(verbose=False)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(ltu_demo()) as url:
        yield url


def ltu_demo() -> Any:
    inputs = [gradio.Audio(type="filepath"), gradio.Textbox()]
    return gradio.Interface(ltu, inputs, [gradio.Textbox(), gradio.Textbox()], api_name="predict")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "secret name.flac"
    soundfile.write(path, tone(RATE, 1.0), RATE)
    return path


def ask(url: str, *questions: str, audio: Path | None, **options: Any) -> list[Reply]:
    system = GradioApp(GradioOptions(url=url, timeout=20, **options))
    return system.answer([request(question, audio) for question in questions])


def request(question: str, audio: Path | None) -> Request:
    return Request(Item("an id", "x", (REFERENCE,), audio="secret name.flac"), question, audio)


def test_ltus_signature(url: str, sound: Path) -> None:
    one, two = ask(url, "What plays?", "And now?", audio=sound)
    assert one.text == "What plays? I hear 16000 at 16000. audio.wav"
    assert two.text.startswith("And now? I hear 16000 at 16000.")


def test_the_beginning_and_the_file_as_it_is(url: str, sound: Path) -> None:
    assert "8000 at 16000" in ask(url, "?", audio=sound, seconds=0.5)[0].text
    (whole,) = ask(url, "?", audio=sound, rate=0)
    assert f"{RATE} at {RATE}" in whole.text


def test_no_audio(url: str) -> None:
    assert ask(url, "What?", audio=None)[0].text == "What? I hear nothing."


def test_which_output_and_which_part_of_it(url: str) -> None:
    assert ask(url, "?", audio=None, output=0)[0].text == "A note."
    (behind,) = ask(url, "Instruction: ? Response:", audio=None, after="Response:")
    assert behind.text == "I hear nothing."
    assert "is not in what the app says" in ask(url, "?", audio=None, after="Response:")[0].failed


def test_what_the_app_refuses_fails_alone(url: str, sound: Path, tmp_path: Path) -> None:
    refused, empty, good = ask(url, "crash", "nothing", "fine", audio=sound)
    assert "this one is not for me" in refused.failed
    assert (empty.text, empty.failed) == ("", "")
    assert good.text.startswith("fine")
    assert "none.wav" in ask(url, "?", audio=tmp_path / "none.wav")[0].failed


def test_an_app_without_that_function(url: str, sound: Path) -> None:
    (reply,) = ask(url, "?", audio=sound, api_name="/nonsense")
    assert "nonsense" in reply.failed


def test_other_arguments_and_outputs(sound: Path) -> None:
    """As LTU-AS has them; what the app says lies in files is not fetched."""
    seen: list[tuple[Any, ...]] = []

    def ltu_as(audio: str, spoken: str, question: str, size: str, count: float) -> tuple[str, str]:
        seen.append((spoken, question, size, count))
        return audio, "the answer"

    inputs = [gradio.Audio(type="filepath"), *(gradio.Textbox() for _ in range(3)), gradio.Number()]
    app = gradio.Interface(ltu_as, inputs, [gradio.Audio(), gradio.Textbox()])
    with serving(app) as url:
        how = {"arguments": "{audio},,{question},7B (Default),1.5", "fn_index": 0}
        (right,) = ask(url, "Who, where?", audio=sound, output=1, **how)
        (wrong,) = ask(url, "Who?", audio=sound, output=0, **how)
        (none,) = ask(url, "Who?", audio=sound, output=2, **how)
    assert seen[0] == ("", "Who, where?", "7B (Default)", 1.5)
    assert right.text == "the answer"
    assert "no text" in wrong.failed
    assert "no text" in none.failed
    assert REFERENCE not in json.dumps(seen)


@pytest.mark.slow
def test_an_app_that_dies_half_way_fails_what_is_left(sound: Path) -> None:
    with serving(ltu_demo()) as url:
        system = GradioApp(GradioOptions(url=url, retries=1, timeout=5))
        (before,) = system.answer([request("before", sound)])
    after = system.answer([request(f"after {n}", sound) for n in range(10)])
    assert before.text
    assert all(reply.failed and not reply.text for reply in after)
    assert "was given up" in after[-1].failed


def test_no_token_is_sent_unless_it_is_meant(sound: Path) -> None:
    with CannedServer() as server, CannedServer() as other:
        server.redirects = {"/config": (307, f"{other.url}/config")}
        (reply,) = ask(f"http://127.0.0.1:{server.port}", "?", audio=sound, retries=0)
    assert reply.failed
    assert server.paths
    assert not other.paths


def test_the_stored_token_does_not_leave(url: str) -> None:
    client = GradioApp(GradioOptions(url=url))._client()
    assert "hf_secret" not in str(client.headers)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("url=nonsense", "expected an endpoint's URL"),
        ("url=http://user:x@host", "in its URL"),
        ("url=http://host,arguments={audio}", "expected {question}"),
        ("url=http://host,hf_token=true", "by https alone"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(options: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        SystemSpec.from_text(f"gradio:{options}").open()


def test_a_token_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(UsageError, match="HF_TOKEN is not set"):
        SystemSpec.from_text("gradio:url=https://host,hf_token=true").open()


def test_the_fingerprint_follows_the_call_and_holds_no_secret() -> None:
    def described(more: str = "") -> dict[str, Any]:
        return SystemSpec.from_text(f"gradio:url=https://host{more}").open().describe()

    assert described() == described(",timeout=3,hf_token=true,concurrency=2")
    assert described() != described(",seconds=10")
    assert described() == described(",arguments={audio},{question}")
    assert "secret" not in str(described(",hf_token=true"))
