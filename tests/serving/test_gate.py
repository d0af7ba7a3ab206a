"""Who is let in, and how much, over real sockets."""

import socket
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from mullama.serving.event_stream import EventResponse, EventStream
from mullama.serving.pace import TRIES
from running_server import RunningServer, ask, sound_part, user, wav
from waiting import wait_until

KEY = "a-key-of-ours"


def raw(server: RunningServer, *pieces: bytes, wait: float = 0.0, timeout: float = 20.0) -> bytes:
    """Send bytes, with a pause after each piece, and read until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        answer = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(wait)
            while received := connection.recv(65536):
                answer += received
        except ConnectionError:
            pass
        return answer


def test_with_keys_only_they_open(serving: Any) -> None:
    with serving(keys=(KEY,)) as server:
        for headers in ({}, {"authorization": "Bearer wrong-key"}, {"authorization": KEY}):
            refused = server.post(ask(user(text="x")), headers=headers)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"
            assert refused.json()["error"]["type"] == "authentication_error"
            assert server.get("/metrics", headers=headers).status_code == 401
            assert server.get("/openapi.json", headers=headers).status_code == 401
        assert server.get("/health").status_code == server.get("/ready").status_code == 200
        opened = server.post(ask(user(text="x")), headers={"authorization": f"Bearer {KEY}"})
        assert opened.status_code == 200


def test_keys_are_not_guessed_for_long(serving: Any) -> None:
    def status(key: str) -> int:
        found = server.get("/v1/models", headers={"authorization": f"Bearer {key}"})
        return int(found.status_code)

    other = "another-key-of-ours"
    with serving(keys=(KEY, other)) as server:
        assert status(KEY) == 200
        begun = time.monotonic()
        found = [status(f"a-guess-{number}") for number in range(TRIES + 3)]
        right = status(other)
        if time.monotonic() - begun < 10:  # else another try has been granted
            assert found == [401] * TRIES + [429] * 3
            assert right == 429  # or else it would be told which guess was right
        assert status(KEY) == 200
        assert server.get("/v1/models").status_code == 401  # no key is no guess


def test_probes_may_ask_for_the_head_alone(serving: Any) -> None:
    with serving(keys=(KEY,)) as server:
        for path in ("/health", "/ready"):
            head = httpx.head(server.url.removesuffix("/v1") + path)
            assert head.status_code == 200
            assert head.content == b""
            assert head.headers["content-length"] == str(len(server.get(path).content))


def test_a_wrong_key_is_told_before_a_long_body_is_read(serving: Any) -> None:
    with serving(keys=(KEY,)) as server:
        start = time.monotonic()
        answer = raw(
            server,
            b"POST /v1/files HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n\r\n" + b"x" * 9,
        )
        assert answer.startswith(b"HTTP/1.1 401")
        assert time.monotonic() - start < 10


def test_bodies_are_bounded_however_they_come(serving: Any) -> None:
    with serving(limits={"max_body_mb": 0.1}) as server:
        long = ask(user(sound_part(b"x" * 200_000)))
        refused = server.post(long)
        assert refused.status_code == 413
        assert refused.json()["error"]["code"] == "too_large"
        chunks = (b"x" * 1000 for _ in range(500))  # without a length
        chunked = httpx.post(server.url + "/chat/completions", content=chunks)
        assert chunked.status_code == 413
        assert server.post(ask(user(text="x"))).status_code == 200


def test_all_bodies_together_are_bounded(serving: Any) -> None:
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n"
    with (
        serving(limits={"max_body_mb": 0.1, "max_bodies_mb": 0.1}) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection,
    ):
        connection.sendall(head + b" " * 80_000)
        bodies = server.service.bodies
        wait_until(lambda: bodies.taken == 80_000)
        full = server.post(ask(user(sound_part(wav(1)))))
        assert (full.status_code, full.headers["retry-after"]) == (503, "1")
        connection.close()
        wait_until(lambda: bodies.taken == 0)
        assert server.post(ask(user(sound_part(wav(1))))).status_code == 200
        wait_until(lambda: bodies.taken == 0)  # given back behind the answer


def test_who_still_sends_its_body_slowly_comes_to_read_the_refusal(serving: Any) -> None:
    """Closed at once, the connection would be reset, and the refusal lost."""
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    with (
        serving(limits={"body_seconds": 0.3}) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection,
    ):
        connection.sendall(head)
        for _ in range(16):  # on and on, past the refusal
            connection.sendall(b" ")
            time.sleep(0.05)
        assert connection.recv(65536).startswith(b"HTTP/1.1 408")


def test_a_slow_body_and_a_slow_header_are_given_up(serving: Any) -> None:
    with serving(limits={"body_seconds": 0.5, "header_seconds": 1.0}) as server:
        head = (
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
        )
        start = time.monotonic()
        assert raw(server, head + b"{").startswith(b"HTTP/1.1 408")
        assert (
            raw(
                server,
                b"POST /v1/chat",
                b"/completions HTTP/1.1\r\n",
                b"Host: localhost\r\n",
                wait=0.5,
            )
            == b""
        )
        assert raw(server, b"") == b""
        assert raw(server, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 200")
        assert time.monotonic() - start < 15
        assert server.get("/health").status_code == 200


def test_a_header_that_never_ends_is_given_up(serving: Any) -> None:
    with serving(limits={"header_seconds": 1.0}) as server:
        lines = [b"GET /health HTTP/1.1\r\n", *(f"x{n}: y\r\n".encode() for n in range(20))]
        start = time.monotonic()
        assert raw(server, *lines, wait=0.2) == b""
        assert time.monotonic() - start < 6
        with ExitStack() as held:  # the second request of a connection is under the same limit
            connection = held.enter_context(
                socket.create_connection(("127.0.0.1", server.port), timeout=10)
            )
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            start = time.monotonic()
            try:
                for _ in range(40):
                    connection.sendall(b"G" if _ == 0 else b"x")
                    time.sleep(0.1)
            except ConnectionError:
                pass
            assert time.monotonic() - start < 3.5


def test_a_client_that_does_not_read_is_given_up(serving: Any) -> None:
    ended: list[bool] = []

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"x" * 100_000
        finally:
            ended.append(True)

    async def respond(request: Request) -> EventResponse:
        closing, stream = AsyncExitStack(), EventStream(endless())
        closing.push_async_callback(stream.aclose)
        return EventResponse(stream, closing)

    with serving(limits={"write_seconds": 0.5}) as server:
        server.server.config.app.add_route("/v1/endless", respond)
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"GET /v1/endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wait_until(lambda: server.service.pace.running == 1)
            wait_until(lambda: server.service.pace.running == 0)
        wait_until(lambda: ended)


def test_rates_and_numbers_are_told_with_a_time_to_come_again(serving: Any) -> None:
    with serving(limits={"rate": 6.0}) as server:
        assert server.post(ask(user(text="x"))).status_code == 200
        refused = server.post(ask(user(text="x")))
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        assert refused.json()["error"]["type"] == "rate_limit_error"
        assert server.get("/health").status_code == 200


def test_one_request_at_a_time(serving: Any, mu: Any) -> None:
    mu.model.generation_config.max_new_tokens = 400
    with serving(limits={"max_per_caller": 1}) as server:
        body = ask(user(text="x"), stream=True)
        with httpx.stream("POST", server.url + "/chat/completions", json=body, timeout=60) as first:
            pieces = first.iter_raw()
            next(pieces)
            assert server.post(ask(user(text="x"))).status_code == 429
        wait_until(lambda: server.service.pace.running == 0)
        assert server.post(ask(user(text="x"), max_tokens=2)).status_code == 200


def test_pages_of_other_sites_may_not_call_unless_they_are_named(serving: Any) -> None:
    body, page = ask(user(text="x")), {"origin": "https://page.example"}
    with serving() as server:
        refused = server.post(body, headers=page)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
        assert server.post(body, headers={"origin": "http://[::"}).status_code == 403
        own = {"origin": server.url.removesuffix("/v1")}
        assert server.post(body, headers=own).status_code == 200
    with serving(options={"allow_origin": ("https://page.example",)}) as server:
        allowed = server.post(body, headers=page)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "https://page.example"
        assert server.post({}, headers=page).headers["access-control-allow-origin"]
        asked = {
            **page,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
        }
        before = httpx.options(server.url + "/chat/completions", headers=asked)
        assert before.status_code == 200
        assert server.post(body, headers={"origin": "https://other.example"}).status_code == 403


def test_names_of_others_that_lead_here_are_refused(serving: Any) -> None:
    """What a page can do that makes its own name lead to this machine."""
    with serving() as server:
        assert (
            server.post(ask(user(text="x")), headers={"host": "rebound.example"}).status_code == 403
        )
        assert (
            server.get("/v1/models", headers={"host": f"localhost:{server.port}"}).status_code
            == 200
        )
    with serving(options={"allow_host": ("music.example",)}) as server:
        assert server.get("/v1/models", headers={"host": "music.example:80"}).status_code == 200
        assert server.get("/v1/models").status_code == 403


def test_metrics_count_what_happened(server: RunningServer) -> None:
    server.post(ask(user(sound_part(wav(1)))))
    server.post(ask(user(sound_part(b"no music"))))
    server.post({})
    lines = server.get("/metrics").text.splitlines()
    figures = {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines)
        if name[:1] != "#"
    }
    route = 'route="/v1/chat/completions"'
    for status, count in (("200", 1), ("415", 1), ("400", 1)):
        assert figures[f'mullama_requests_total{{{route},status="{status}"}}'] == count
    assert figures['mullama_answers_total{outcome="length"}'] == 1
    assert figures['mullama_answers_total{outcome="AudioError"}'] == 1
    assert figures["mullama_answer_seconds_count"] == 2
    assert figures["mullama_first_token_seconds_count"] == 1
    assert figures["mullama_tokens_total"] == 12


def test_callers_do_not_wait_for_each_other_s_bodies(server: RunningServer) -> None:
    with ExitStack() as held:
        for _ in range(50):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            connection.sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"
            )
        threads = [
            threading.Thread(target=server.post, args=(ask(user(text="x")),)) for _ in range(3)
        ]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - start < 5
    wait_until(lambda: server.service.pace.running == 0)


@pytest.mark.parametrize("path", ["/nowhere", "/v1/chat/completions", "/v1/files/a/b"])
def test_paths_and_methods_that_are_none(server: RunningServer, path: str) -> None:
    refused = server.get(path)
    assert refused.status_code in (404, 405)
    assert refused.json()["error"]["message"]
