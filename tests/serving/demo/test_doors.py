"""How often passwords are tried, and how much disk visitors' files take, on a page of its own and mounted."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mullama.engine import Engine
from mullama.serving.demo.demo_options import DemoOptions

pytest.importorskip("gradio")

from mullama.serving.demo.launch import start
from mullama.serving.pace import TRIES
from running_server import running


@pytest.fixture
def page(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Path]]:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    options = DemoOptions(port=0, auth=("ada:secret",), max_stored_mb=3)
    blocks = start(engine, options)
    yield blocks.local_url.rstrip("/"), tmp_path
    blocks.close(verbose=False)


def log_in(url: str, password: str) -> httpx.Response:
    return httpx.post(f"{url}/login", data={"username": "ada", "password": password}, timeout=30)


def test_passwords_are_not_tried_for_long(page: tuple[str, Path]) -> None:
    url, _ = page
    begun = time.monotonic()
    found = [log_in(url, f"guess {number}").status_code for number in range(TRIES + 5)]
    assert found[: TRIES - 1] == [400] * (TRIES - 1)
    late = log_in(url, "secret")  # not even the right one
    if time.monotonic() - begun < 10:  # else another try has been granted
        assert found[-1] == late.status_code == 429
        assert 1 <= int(late.headers["retry-after"]) <= 10


def test_users_come_in_as_before(page: tuple[str, Path]) -> None:
    url, _ = page
    assert log_in(url, "secret").json() == {"success": True}


def test_mounted_they_are_not_either(engine: Engine) -> None:
    with running(engine.mu, options={"demo": True, "auth": ("ada:secret",)}) as server:
        at = f"{server.url.removesuffix('/v1')}/demo"
        found = {log_in(at, "guess").status_code for _ in range(TRIES + 5)}
        assert found == {400, 429}
        assert server.get("/health").status_code == 200


def test_visitors_files_are_bounded_together(page: tuple[str, Path]) -> None:
    url, folder = page
    with httpx.Client(timeout=60) as visitor:
        form = {"username": "ada", "password": "secret"}
        visitor.post(f"{url}/login", data=form)
        sent = []
        for number in range(4):
            files = {"files": (f"{number}.mp3", bytes([number]) * 1_000_000)}
            sent.append(visitor.post(f"{url}/gradio_api/upload", files=files))
        assert [one.status_code for one in sent] == [200, 200, 503, 503]
        assert sent[-1].json()["error"]["code"] == "storage_full"
        endless = visitor.post(
            f"{url}/gradio_api/upload",
            content=iter([b"--x\r\n", b"--x--\r\n"]),
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
        assert endless.status_code == 411
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 3_000_000
