"""The page beside the HTTP service, in one process: `mullama serve --demo`, its doors and its end."""

import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path
from socket import create_server
from typing import Any

import httpx
import pytest

from browsers import chromium
from demo_page import Tab
from mullama.cli import main
from mullama.engine import Engine
from paths import EXAMPLES
from running_server import RunningServer, ask, process, running, sound_part, user

gradio = pytest.importorskip("gradio")

ROCK = EXAMPLES / "rock.mp3"
KEY = "a-key-of-ours"
VISITORS = count()
LONG = "Describe the audio in detail"
BEARER = {"authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def mounted(engine: Engine) -> Iterator[RunningServer]:
    with running(engine.mu, options={"demo": True}, limits={"max_stored_mb": 2}) as server:
        yield server


def root(server: RunningServer) -> str:
    return server.url.removesuffix("/v1")


def sent_file(server: RunningServer, content: bytes, **more: Any) -> httpx.Response:
    files = {"files": ("song.mp3", content)}
    return httpx.post(f"{root(server)}/demo/gradio_api/upload", files=files, timeout=60, **more)


def heard(server: RunningServer, path: str) -> str:
    """What comes of telling the page, as a program may, that the file `path` was uploaded."""
    at = f"{root(server)}/demo"
    config = httpx.get(f"{at}/config").json()
    audio = next(part["id"] for part in config["components"] if part["type"] == "audio")
    event = next(d["id"] for d in config["dependencies"] if [audio, "upload"] in d["targets"])
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    name = f"visitor-{next(VISITORS)}"
    body = {"data": [None, file], "fn_index": event, "session_hash": name}
    assert httpx.post(f"{at}/gradio_api/queue/join", json=body).status_code == 200
    with httpx.stream(
        "GET", f"{at}/gradio_api/queue/data?session_hash={name}", timeout=60
    ) as events:
        return next(line for line in events.iter_lines() if "process_completed" in line)


@pytest.mark.slow
def test_keys_guard_the_service_and_users_the_page_of_one_engine(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "keys").write_text(KEY)
    flags = ("--demo", "--keys", str(tmp_path / "keys"), "--auth", "ada:secret")
    with process(Path("small"), *flags) as (served, url), chromium() as browser:
        at = url.removesuffix("/v1")
        for path in (
            "/v1/models",
            "/metrics",
            "/openapi.json",
            "/demo/config",
            "/demo/gradio_api/info",
        ):
            assert httpx.get(at + path).status_code == 401, path
        files = {"files": ("song.mp3", ROCK.read_bytes())}
        assert httpx.post(f"{at}/demo/gradio_api/upload", files=files).status_code == 401
        body = {"data": [], "fn_index": 0, "session_hash": "one"}
        assert httpx.post(f"{at}/demo/gradio_api/queue/join", json=body).status_code == 401
        tab = log_in(browser, f"{at}/demo")
        tab.hear(ROCK)
        tab.send(LONG)
        assert tab.answered(1) == engine.mu.listen(ROCK).ask(LONG).text
        assert all(asked.startswith((at, "blob:", "data:")) for asked in tab.requests)
        body = {**ask(user(sound_part(ROCK.read_bytes()))), "model": "small"}
        answer = httpx.post(f"{url}/chat/completions", json=body, headers=BEARER, timeout=60)
        assert answer.json()["mullama"]["song_known"], "two engines"
        assert 'route="/demo",status="401"} 4.0' in httpx.get(f"{at}/metrics", headers=BEARER).text
        begun = time.monotonic()
        served.send_signal(signal.SIGTERM)
        assert served.wait(30) == 0
        assert time.monotonic() - begun < 25, "it waited for the open page"
        assert tab.said == []


def log_in(browser: Any, url: str) -> Tab:
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    page.get_by_label("username").fill("ada")
    page.get_by_label("password").fill("secret")
    page.get_by_role("button", name="Login").click()
    page.get_by_label("Your question").wait_for()
    state = context.storage_state()
    context.close()
    return Tab(browser, url, storage_state=state)


@pytest.mark.slow
def test_an_answer_that_the_page_is_shown_ends_before_the_process(engine: Engine) -> None:
    with process(Path("small"), "--demo") as (served, url), chromium() as browser:
        tab = Tab(browser, url.replace("/v1", "/demo"))
        tab.hear(ROCK)
        tab.send(LONG)
        tab.page.locator("#chat .message.bot").first.wait_for()
        served.send_signal(signal.SIGTERM)
        assert tab.answered(1) == engine.mu.listen(ROCK).ask(LONG).text
        assert served.wait(30) == 0


def test_with_keys_the_page_wants_users(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MULLAMA_DEMO_AUTH", raising=False)
    (tmp_path / "keys").write_text(KEY)
    words = ["serve", "--demo", "--port", "0", "--keys", str(tmp_path / "keys")]
    assert main([*words, "--model", "/nowhere"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--auth USER:PASSWORD" in line


@pytest.mark.parametrize("verb", ["serve", "demo"])
def test_a_taken_port_is_told_before_a_model_is_looked_for(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main([verb, "--port", port, "--model", "/nowhere"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"127.0.0.1:{port} cannot be listened on" in line


def test_without_the_flag_there_is_no_page(engine: Engine) -> None:
    with running(engine.mu) as server:
        assert server.get("/demo/").status_code == 404


def test_until_there_is_an_engine_its_path_says_so(engine: Engine) -> None:
    go = threading.Event()

    def open_engine() -> Engine:
        go.wait(60)
        return Engine(engine.mu)

    with running(engine.mu, options={"demo": True}, open_engine=open_engine, wait=False) as server:
        while not server.server.started:
            time.sleep(0.02)
        refused = server.get("/demo/")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "loading")
        go.set()
        assert server.service.ready.wait(60)
        assert server.get("/demo/").status_code == 200


def test_the_root_path_of_a_proxy_leads_to_the_page(engine: Engine) -> None:
    with running(engine.mu, options={"demo": True, "root_path": "/music"}) as server:
        assert server.get("/demo").headers["location"] == "/music/demo/"
        forwarded = {"x-forwarded-host": "127.0.0.1"}
        assert "http://127.0.0.1/music/demo" in server.get("/demo/", headers=forwarded).text


def test_other_sites_do_not_reach_it(mounted: RunningServer) -> None:
    assert mounted.get("/demo/config", headers={"host": "evil.example"}).status_code == 403
    for origin in ("https://evil.example", "null"):
        assert sent_file(mounted, b"x", headers={"origin": origin}).status_code == 403
        refused = mounted.get("/demo/config", headers={"origin": origin})
        assert refused.status_code == 403


def test_its_files_are_bounded_and_lie_with_the_others(mounted: RunningServer) -> None:
    (path,) = sent_file(mounted, ROCK.read_bytes()).json()
    assert Path(path).is_relative_to(mounted.service.sounds.store.folder)
    assert "process_completed" in heard(mounted, path)
    full = sent_file(mounted, bytes(2 << 20))
    assert (full.status_code, full.json()["error"]["code"]) == (503, "storage_full")
    endless = sent_file_in_pieces(mounted)
    assert endless.status_code == 411


def sent_file_in_pieces(server: RunningServer) -> httpx.Response:
    kind = {"content-type": "multipart/form-data; boundary=x"}
    pieces = iter([b"--x\r\n", b"--x--\r\n"])
    return httpx.post(f"{root(server)}/demo/gradio_api/upload", content=pieces, headers=kind)


def test_a_long_question_to_it_is_not_read_to_its_end(engine: Engine) -> None:
    with running(engine.mu, options={"demo": True}, limits={"max_body_mb": 0.01}) as server:
        body = {"data": ["x" * 100_000], "fn_index": 0, "session_hash": "one"}
        sent = httpx.post(f"{root(server)}/demo/gradio_api/queue/join", json=body)
        assert sent.status_code == 413


def test_it_fetches_nothing_that_a_visitor_names_by_its_address(mounted: RunningServer) -> None:
    asked: list[str] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        said = heard(mounted, f"http://127.0.0.1:{other.server_port}/song.mp3")
        other.shutdown()
    assert asked == []
    assert "only files that were uploaded" in said


def test_a_file_of_the_machine_is_not_an_upload(mounted: RunningServer) -> None:
    for path in (__file__, "/etc/passwd", f"{mounted.service.sounds.store.folder}/x"):
        assert "only files that were uploaded" in heard(mounted, path)
    assert list((mounted.service.sounds.store.folder).rglob("*.py")) == []
