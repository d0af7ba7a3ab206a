"""Audio by its address, from real servers on loopback."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytest.importorskip("httpcore")

from mullama.serving.fetch import AudioFetcher, is_public
from mullama.serving.refusals import ApiError

REQUESTS: list[str] = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        REQUESTS.append(self.path)
        head, _, rest = self.path[1:].partition("/")
        if head == "to":
            self.send_response(302)
            self.send_header("location", rest)
            self.end_headers()
        elif head == "slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.05)
        elif head == "endless":
            self.send_response(200)
            self.end_headers()
            for _ in range(1000):
                self.wfile.write(b"x" * 1000)
        elif head == "status":
            self.send_response(int(rest))
            self.end_headers()
        else:
            self.send_response(200)
            for name, value in [pair.split(":") for pair in rest.split("/") if pair]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"music")

    def log_message(self, *about: Any) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()


@pytest.fixture
def host() -> Iterator[str]:
    REQUESTS.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def fetch(url: str, *allowed: str, private: bool = True, seconds: float = 10.0) -> bytes:
    fetcher = AudioFetcher(allowed, max_bytes=10_000, seconds=seconds, private=private)
    return asyncio.run(fetcher.fetch(url, param="url"))


def refused(url: str, *allowed: str, **more: Any) -> ApiError:
    with pytest.raises(ApiError) as error:
        fetch(url, *allowed, **more)
    assert error.value.param == "url"
    return error.value


def test_an_allowed_server_is_asked(host: str) -> None:
    assert fetch(f"http://{host}/a.mp3", host) == b"music"
    assert fetch(f"http://{host}/to/http://{host}/to//a.mp3", host) == b"music"


@pytest.mark.parametrize(
    "url",
    [
        "http://{host}/a",
        "http://other.example/",
        "https://{host}/a",
        "http://user:pass@{host}/a",
        "ftp://{host}/a",
        "file:///etc/passwd",
        "http://",
        "",
        "//{host}/a",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "http://a b/",
    ],
)
def test_nothing_else_is(host: str, url: str) -> None:
    allowed = () if url == "http://{host}/a" else (host,)
    assert refused(url.format(host=host), *allowed).status == 422
    assert not REQUESTS


def test_a_private_address_is_not_connected_to(host: str) -> None:
    assert "reached" in str(refused(f"http://{host}/a", host, private=False))
    port = host.rpartition(":")[2]
    assert "reached" in str(
        refused(f"http://localhost:{port}/a", f"localhost:{port}", private=False)
    )
    assert not REQUESTS


def test_a_redirect_is_an_address_like_any_other(host: str) -> None:
    refused(f"http://{host}/to/http://169.254.169.254/latest", host)
    refused(f"http://{host}/to/file:///etc/passwd", host)
    loop = f"http://{host}/" + f"to/http://{host}/" * 5
    assert "redirects" in str(refused(loop, host))


def test_the_name_is_looked_up_once_and_that_address_is_connected_to(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers with a public address first and a private one later gains nothing."""
    port, asked = int(host.rpartition(":")[2]), []

    async def look_up(self: Any, name: str, port: int, **more: Any) -> list[Any]:
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.SelectorEventLoop, "getaddrinfo", look_up)
    assert fetch(f"http://music.example:{port}/a", f"music.example:{port}") == b"music"
    assert asked.count("music.example") == 1
    refused(f"http://music.example:{port}/a", f"music.example:{port}", private=False)


def test_bytes_and_time_are_bounded(host: str) -> None:
    assert refused(f"http://{host}/endless", host).status == 413
    assert refused(f"http://{host}/a/content-length:20000", host).status == 413
    start = time.monotonic()
    assert "longer than" in str(refused(f"http://{host}/slow", host, seconds=0.5))
    assert time.monotonic() - start < 3


def test_compressed_and_failed_answers_are_refused(host: str) -> None:
    assert "compressed" in str(refused(f"http://{host}/a/content-encoding:gzip", host))
    assert "404" in str(refused(f"http://{host}/status/404", host))
    assert "reached" in str(refused("http://127.0.0.1:9/a", "127.0.0.1:9"))


def test_names_below_a_domain(host: str) -> None:
    fetcher = AudioFetcher([".example.org"], max_bytes=1, seconds=1)
    fetcher._require_allowed("https://audio.example.org/a", "url")
    for url in ("https://example.org/a", "https://badexample.org/a", "https://a.example.org:8443/"):
        with pytest.raises(ApiError):
            fetcher._require_allowed(url, "url")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),
        ("::", False),
        ("::127.0.0.1", False),
        ("fec0::1", False),
        ("64:ff9b:1::7f00:1", False),
        ("192.0.0.8", False),
        ("255.255.255.255", False),
    ],
)
def test_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public
