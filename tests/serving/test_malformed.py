"""Requests that make no sense: each is refused as what it is, none fails, none hangs."""

import json
import random
import socket
import time
from typing import Any

import httpx
import pytest

from mullama.song import MuLlama
from running_server import RunningServer, ask, sound_part, user, wav
from waiting import wait_until

COUNT = 200
NASTY: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1e308,
    10**30,
    "",
    "x",
    "\u0000",
    "\ud800",
    "💿" * 50,
    [],
    [[]],
    {},
    {"a": {}},
    "../../etc/passwd",
    "data:",
    "data:,",
    "data:;base64,x",
    "data:;base64,====",
    "http://127.0.0.1/",
    "file:///etc/passwd",
    "file-" + "0" * 64,
)


def mutated(value: Any, random: random.Random) -> Any:
    """The same JSON with one thing in it replaced, removed or added."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        key = random.choice(list(value))
        copy = dict(value)
        match random.randrange(8):
            case 0:
                del copy[key]
            case 1:
                copy[random.choice(["extra", "tools", "audio", "n", "seed", "stop", "file"])] = (
                    random.choice(NASTY)
                )
            case _:
                copy[key] = mutated(value[key], random)
        return copy
    if isinstance(value, list) and value and random.random() < 0.85:
        place = random.randrange(len(value))
        return [*value[:place], mutated(value[place], random), *value[place + 1 :]]
    return random.choice(NASTY)


def whole() -> dict[str, Any]:
    """A request with every field."""
    return ask(
        user(sound_part(wav(1, 0.3))),
        {"role": "assistant", "content": "A fiddle."},
        user(
            {"type": "audio_url", "audio_url": {"url": "data:audio/wav;base64,AAAA"}},
            {"type": "text", "text": "?"},
        ),
        stream=False,
        stream_options={"include_usage": True},
        n=1,
        stop=["x"],
        logprobs=True,
        max_tokens=3,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        min_p=0.1,
        repetition_penalty=1.1,
        seed=1,
        user="me",
        tools=None,
    )


def require_refusal_or_answer(response: httpx.Response, what: Any) -> None:
    assert response.status_code < 500, (what, response.text)
    if response.status_code >= 400:
        error = response.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}, what
        assert error["message"], what
        assert "Traceback" not in response.text


def test_mutated_requests(server: RunningServer) -> None:
    chance = random.Random(0)
    body, statuses = whole(), set()
    with httpx.Client(timeout=20) as client:
        for _ in range(COUNT):
            sent = mutated(body, chance)
            response = client.post(
                server.url + "/chat/completions",
                content=json.dumps(sent),
                headers={"content-type": "application/json"},
            )
            require_refusal_or_answer(response, sent)
            statuses.add(response.status_code)
    assert {400, 404, 422} <= statuses
    wait_until(lambda: server.service.sounds.store.room.taken == 0)
    assert server.service.pace.running == 0


def test_damaged_json(server: RunningServer) -> None:
    chance = random.Random(1)
    good = json.dumps(ask(user(text="x"), max_tokens=1)).encode()
    bodies = [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"null",
        b"1",
        b'"x"',
        b"\xff\xfe",
        b"NaN",
        b"9" * 5000,
        good.replace(b"tiny", b"ti\xffny"),
        good.replace(b": 1", b": NaN"),
        good.replace(b": 1", b": 1e999"),
        good.replace(b": 1", b": " + b"9" * 5000),
        good + good,
        b"\xef\xbb\xbf" + good,
        good.decode().encode("utf-16"),
    ]
    for _ in range(50):
        at = chance.randrange(len(good))
        bodies.append(good[:at] + bytes([chance.randrange(256)]) + good[at + 1 :])
        bodies.append(good[:at])
    for body in bodies:
        for kind in ("application/json", "text/plain"):
            response = httpx.post(
                server.url + "/chat/completions",
                content=body,
                headers={"content-type": kind},
                timeout=20,
            )
            require_refusal_or_answer(response, body[:100])
            if kind == "text/plain":  # what a page can send without asking first
                assert response.status_code >= 400


def test_damaged_forms(server: RunningServer) -> None:
    head = {"content-type": "multipart/form-data; boundary=b"}
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    bodies = [
        b"",
        b"--b",
        b"--b--",
        part,
        part + wav(1)[:100],
        part + b"\r\n--b--\r\n",
        b"--b\r\nX: y\r\n\r\n\r\n--b--",
        b"\x00" * 100,
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="../../etc/x"\r\n\r\nx\r\n--b--\r\n',
        b"".join(
            b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % n
            for n in range(100)
        )
        + b"--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="file_id"\r\n\r\n'
        + b"x" * 2_000_000
        + b"\r\n--b--\r\n",
        (part + b"x\r\n") * 5 + b"--b--\r\n",
        b"--b\r\n" + b"H: " + b"x" * 100_000 + b"\r\n\r\n\r\n--b--",
    ]
    kinds = [
        head,
        {"content-type": "multipart/form-data"},
        {"content-type": "multipart/form-data; boundary="},
    ]
    for path in ("/files", "/captions"):
        for body in bodies:
            for kind in kinds:
                response = httpx.post(server.url + path, content=body, headers=kind, timeout=20)
                assert 400 <= response.status_code < 500, (body[:100], response.text)
                require_refusal_or_answer(response, body[:100])
    wait_until(lambda: server.service.sounds.store.room.taken == 0)


@pytest.mark.parametrize("rest", [b"--b\r\n", b""])
def test_who_leaves_an_upload_is_no_fault_of_the_server(
    server: RunningServer, caplog: pytest.LogCaptureFixture, rest: bytes
) -> None:
    address = httpx.URL(server.url)
    for path in ("/v1/files", "/v1/captions"):
        before = left(server, path)
        with socket.create_connection((address.host, address.port or 80)) as client:
            client.sendall(
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n"
                "Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode()
                + rest
            )
        wait_until(lambda path=path, before=before: left(server, path) == before + 1)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def left(server: RunningServer, path: str) -> float:
    """How many callers were gone before they had an answer."""
    return float(server.service.metrics.requests.labels(path, "499")._value.get())


def test_damaged_sounds(server: RunningServer) -> None:
    chance, good = random.Random(2), wav(1, 0.3)
    for _ in range(40):
        at = chance.randrange(60)
        data = good[:at] + bytes([chance.randrange(256)]) + good[at + 1 :]
        for sent in (data, data[: chance.randrange(1, 200)]):
            response = server.post(ask(user(sound_part(sent)), max_tokens=1))
            require_refusal_or_answer(response, sent[:60])


def test_what_is_no_http(server: RunningServer) -> None:
    chance = random.Random(3)
    good = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
    pieces = [
        b"\x16\x03\x01" + bytes(100),
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        bytes(1000),
        b"A" * 200_000,
        good.replace(b": 2", b": -2"),
        good.replace(b": 2", b": 99999999999999999999"),
        good.replace(b": 2", b": two"),
        good.replace(b"Host", b"Transfer-Encoding: chunked\r\nHost"),
        b"GET /%ff%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: [\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    ]
    for _ in range(60):
        at = chance.randrange(len(good))
        pieces.append(good[:at] + bytes([chance.randrange(256)]) + good[at + 1 :])
    start = time.monotonic()
    for piece in pieces:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            try:
                connection.sendall(piece)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(65536)
            except ConnectionError:
                continue
            assert not answer.startswith(b"HTTP/1.1 5"), (piece[:200], answer)
    assert time.monotonic() - start < 60
    assert server.post(ask(user(text="x"), max_tokens=1)).status_code == 200


@pytest.mark.slow
def test_requests_made_from_the_openapi_document(server: RunningServer, mu: MuLlama) -> None:
    """schemathesis sends what the document allows and what it does not."""
    schemathesis = pytest.importorskip("schemathesis")
    hypothesis = pytest.importorskip("hypothesis")
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    base = server.url.removesuffix("/v1")
    schema = schemathesis.openapi.from_url(base + "/openapi.json")
    for result in schema.get_all_operations():
        operation = result.ok()

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(
            max_examples=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def check(case: Any) -> None:
            response = case.call(base_url=base, timeout=30)
            assert response.status_code < 500, response.text
            # Of two fields one must be given, and the model has one name: the document cannot say so.
            case.validate_response(response, excluded_checks=[positive_data_acceptance])

        check()
