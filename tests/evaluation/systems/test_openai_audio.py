"""An endpoint of chat completions is asked over a real socket: what is sent, and what may go wrong."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile

from canned_server import CannedServer
from mullama.errors import UsageError
from mullama.evaluation.items import Item
from mullama.evaluation.systems.openai_audio import OpenAIAudio, OpenAIOptions
from mullama.evaluation.systems.registry import SystemSpec
from mullama.evaluation.systems.remote import GIVE_UP_AFTER
from mullama.evaluation.systems.system import Reply, Request
from mullama.musicqa.writers import endpoint as endpoint_module
from sound_files import tone

pytest.importorskip("openai", reason="needs the musicqa extra")
SECRET = "sk-Very/secret+1"
PATH = "/v1/chat/completions"
REFERENCE = "A reference that only the scores may see."


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_module, "FIRST_WAIT", 0.01)
    for name in ("MULLAMA_API_KEY", "OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "secret name.wav"
    soundfile.write(path, tone(8000, 0.2, 1), 8000)
    return path


def ask(server: CannedServer, *questions: str, audio: Path | None, **options: Any) -> list[Reply]:
    system = OpenAIAudio(OpenAIOptions(url=server.url, model="canned", **options))
    return system.answer([request(question, audio) for question in questions])


def request(question: str, audio: Path | None) -> Request:
    item = Item("an id", question, (REFERENCE,), audio="secret name.wav", options=("x", "y"))
    return Request(replace(item, file=audio), question, audio)


def test_text_and_sound_are_sent_and_nothing_else_of_the_item(sound: Path) -> None:
    with CannedServer() as server:
        (reply,) = ask(server, "What plays?", audio=sound)
    (body,) = server.requests
    (message,) = body["messages"]
    part, text = message["content"]
    assert text == {"type": "text", "text": "What plays?"}
    assert part["input_audio"]["format"] == "wav"
    assert base64.b64decode(part["input_audio"]["data"]) == sound.read_bytes()
    assert (body["temperature"], body["max_tokens"], body["seed"]) == (0, 512, 0)
    assert "response_format" not in body
    assert reply.text
    assert not reply.failed
    assert all(word not in json.dumps(body) for word in (REFERENCE, "an id", "secret name"))


def test_other_ways_to_send_it(sound: Path) -> None:
    with CannedServer() as server:
        ask(
            server,
            "What?",
            audio=sound,
            audio_as="audio_url",
            audio_first=False,
            system_prompt="Be brief.",
        )
    system, user = server.requests[0]["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    assert [part["type"] for part in user["content"]] == ["text", "audio_url"]
    assert user["content"][1]["audio_url"]["url"].startswith("data:audio/wav;base64,UklGR")


def test_without_audio_the_question_is_asked_alone() -> None:
    with CannedServer() as server:
        (reply,) = ask(server, "What?", audio=None)
    assert server.requests[0]["messages"][0]["content"] == [{"type": "text", "text": "What?"}]
    assert not reply.failed


def test_each_reply_stands_at_its_question(sound: Path) -> None:
    with CannedServer() as server:
        together = ask(server, "a", "b", "c", audio=sound)
        assert together == [ask(server, question, audio=sound)[0] for question in "abc"]
    assert len({reply.text for reply in together}) == 3


def test_many_threads_share_one_client(sound: Path) -> None:
    with CannedServer(latency=0.05) as server:
        system = OpenAIAudio(OpenAIOptions(url=server.url, model="canned", concurrency=5))
        with ThreadPoolExecutor(system.concurrency) as threads:
            asked = [[request(f"song {n}", sound)] for n in range(10)]
            replies = [reply for (reply,) in threads.map(system.answer, asked)]
    assert not any(reply.failed for reply in replies)
    assert 1 < server.most_at_once <= 5


@pytest.mark.parametrize("mark", ["429", "500", "cut", "half", "html"])
def test_what_passes_is_waited_for(mark: str, sound: Path) -> None:
    with CannedServer() as server:
        (reply,) = ask(server, f"a song [{mark}]", audio=sound)
    assert not reply.failed


def test_one_question_fails_alone(sound: Path) -> None:
    with CannedServer() as server:
        one, two = ask(server, "a song [broken]", "another", audio=sound, retries=1)
    assert one.failed.startswith("Error code: 500")
    assert not two.failed


def test_a_sound_that_cannot_be_read_fails_alone_and_is_not_sent(tmp_path: Path) -> None:
    with CannedServer() as server:
        (reply,) = ask(server, "What?", audio=tmp_path / "none.wav")
    assert "none.wav" in reply.failed
    assert not server.requests


def test_a_refused_field_is_left_out_from_then_on(sound: Path) -> None:
    with CannedServer(refuses=("seed", "max_tokens")) as server:
        replies = ask(server, "a", "b", audio=sound)
    assert not any(reply.failed for reply in replies)
    assert len(server.requests) == 3 + 1


def test_an_endpoint_that_dies_half_way_fails_what_is_left(sound: Path) -> None:
    with CannedServer() as server:
        system = OpenAIAudio(OpenAIOptions(url=server.url, model="canned", retries=1))
        (before,) = system.answer([request("before", sound)])
    after = system.answer([request(f"after {n}", sound) for n in range(GIVE_UP_AFTER + 2)])
    assert not before.failed
    assert after[0].failed == "the connection failed, 2 times"
    assert "was given up after 8 requests" in after[-1].failed
    assert not any(reply.text for reply in after)


def test_the_key_comes_from_the_environment_and_is_told_nowhere(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULLAMA_API_KEY", SECRET)
    marks = ("echo-key", "echo-key-late", "echo-key-in-nonsense", "echo-key-in-reply")
    with CannedServer(key=SECRET) as server:
        replies = ask(server, "a song", *(f"a [{mark}]" for mark in marks), audio=sound)
        described = OpenAIAudio(OpenAIOptions(url=server.url, model="m")).describe()
    assert not replies[0].failed
    assert SECRET[:8] not in str(replies)
    assert SECRET[:8] not in str(described)


def test_another_server_gets_nothing(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULLAMA_API_KEY", SECRET)
    with CannedServer() as other:
        target = f"{other.url}/chat/completions"
        with CannedServer(redirects={PATH: (307, target)}) as server:
            (reply,) = ask(server, "What?", audio=sound)
    assert "to another server" in reply.failed
    assert not other.paths


@pytest.mark.parametrize("url", ["ftp://host/v1", "http://user:pass@host/v1", "nonsense"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(UsageError, match=r"expected an endpoint's URL|in its URL"):
        SystemSpec("openai", options={"url": url, "model": "m"}).open()


def test_the_fingerprint_follows_what_decides_the_answer() -> None:
    def fingerprint(more: str = "") -> str:
        spec = SystemSpec.from_text(f"openai:url=http://127.0.0.1:1/v1,model=m{more}")
        return spec.fingerprint(spec.open())

    assert fingerprint() == fingerprint(",concurrency=2,timeout=3,retries=1")
    assert fingerprint() != fingerprint(",seconds=10")
