"""The page beside the HTTP service, in one process: `mullama serve --demo`, its doors and its end."""

import json
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from browsers import chromium
from demo_page import Tab
from mullama.cli import main
from mullama.engine import Engine
from mullama.errors import UsageError
from mullama.serving.keys import ApiKeys
from mullama.serving.serve_options import ServeLimits, ServeOptions
from paths import EXAMPLES
from running_server import ask, sound_part, user

gradio = pytest.importorskip("gradio")
from mullama.serving.demo_mount import DemoMount  # noqa: E402
from mullama.serving.server import Server, serve  # noqa: E402
from mullama.serving.service import Service  # noqa: E402

ROCK = EXAMPLES / "rock.mp3"
KEY, USER = "a-key-of-ours", "ada:secret"
LONG = "Describe the audio in detail"
BEARER = {"authorization": f"Bearer {KEY}"}


class Mounted:
    """A server in a thread of its own, with the page."""

    def __init__(self, engine: Engine, keys: tuple[str, ...] = (), **options: Any) -> None:
        from running_server import RunningServer

        self.told = ServeOptions(demo=True, served_name="small", **options.pop("options", {}))
        limits = ServeLimits(**options)
        self.demo = DemoMount(self.told, limits)
        self.service = Service(
            lambda: Engine(engine.mu), self.told, limits, ApiKeys(keys), on_loaded=self.demo.build
        )
        self.running = RunningServer(self.service)
        self.running.server = Server(self.service, demo=self.demo)
        self.running._thread = threading.Thread(
            target=self.running.server.run,
            kwargs={"sockets": [self.running._socket]},
            daemon=True,
        )
        self.root = self.running.url.removesuffix("/v1")

    def __enter__(self) -> "Mounted":
        self.running.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.running.stop()


def join(root: str, path: str, **more: Any) -> httpx.Response:
    """Have the page listen to a file, as a program would that knows gradio's protocol."""
    config = httpx.get(f"{root}/demo/config", **more).json()
    audio = next(c["id"] for c in config["components"] if c["type"] == "audio")
    event = next(d for d in config["dependencies"] if [audio, "upload"] in d["targets"])
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    body = {"data": [None, file], "fn_index": event["id"], "session_hash": "one"}
    sent = httpx.post(f"{root}/demo/gradio_api/queue/join", json=body, **more)
    if sent.status_code == 200:
        with httpx.stream(
            "GET", f"{root}/demo/gradio_api/queue/data?session_hash=one", timeout=20, **more
        ) as events:
            for line in events.iter_lines():
                if "process_completed" in line:
                    break
    return sent


@pytest.fixture(scope="module")
def mounted(engine: Engine) -> Iterator[Mounted]:
    with Mounted(engine) as running:
        yield running


@pytest.mark.slow
def test_keys_guard_one_door_and_users_the_other(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(KEY)
    from test_launch_process import process

    with process("--demo", "--keys", str(tmp_path / "keys"), "--auth", USER) as (running, root):
        assert httpx.get(f"{root}/v1/models").status_code == 401
        assert httpx.get(f"{root}/metrics").status_code == 401
        for path in ("config", "gradio_api/info", f"gradio_api/file={ROCK}"):
            assert httpx.get(f"{root}/demo/{path}").status_code == 401, path
        for path, more in (
            ("gradio_api/upload", {"files": {"files": ROCK.read_bytes()}}),
            ("gradio_api/queue/join", {"json": {"data": [], "fn_index": 0}}),
        ):
            assert httpx.post(f"{root}/demo/{path}", **more).status_code == 401, path
