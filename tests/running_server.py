"""A real server on loopback with the tiny model, music to send, and requests to send it in."""

import base64
import io
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import soundfile

from mullama.engine import Engine
from mullama.serving.demo_mount import FOLDER, DemoMount
from mullama.serving.keys import ApiKeys
from mullama.serving.listening import address, bind
from mullama.serving.serve_options import ServeLimits, ServeOptions
from mullama.serving.server import Server
from mullama.serving.service import Service
from mullama.song import MuLlama
from tiny import RATE, clip


class RunningServer:
    """A server in a thread of its own while the `with` statement lasts."""

    def __init__(self, service: Service, demo: DemoMount | None = None) -> None:
        self.service = service
        self._socket = bind("127.0.0.1", 0)
        self.port = self._socket.getsockname()[1]
        self.url = f"{address(self._socket)}/v1"
        self.server = Server(service, demo=demo)
        self._thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def start(self, *, wait: bool = True) -> None:
        self._thread.start()
        if wait:
            assert self.service.ready.wait(60), self.service.failure

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(60)
        assert not self._thread.is_alive(), "the server hangs"

    def post(self, body: Any, path: str = "/chat/completions", **more: Any) -> httpx.Response:
        return httpx.post(self.url + path, json=body, timeout=60, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(self.url.removesuffix("/v1") + path, timeout=60, **more)


@contextmanager
def running(
    mu: MuLlama,
    *,
    options: dict[str, Any] | None = None,
    limits: dict[str, Any] | None = None,
    keys: tuple[str, ...] = (),
    open_engine: Callable[[], Engine] | None = None,
    wait: bool = True,
) -> Iterator[RunningServer]:
    """A server that serves `mu` as "tiny"."""
    bounds = ServeLimits(**(limits or {}))
    told = ServeOptions(**{"served_name": "tiny", **(options or {})})
    demo = DemoMount(told, bounds) if told.demo else None
    service = Service(
        open_engine or (lambda: Engine(mu, max_seconds=bounds.max_seconds)),
        told,
        bounds,
        ApiKeys(keys),
        on_loaded=(lambda engine, folder: None) if demo is None else demo.build,
    )
    server = RunningServer(service, demo)
    gradios = os.environ.get(FOLDER)
    server.start(wait=wait)
    try:
        yield server
    finally:
        server.stop()
        os.environ.pop(FOLDER, None)
        if gradios is not None:
            os.environ[FOLDER] = gradios


@contextmanager
def process(folder: Path | str, *flags: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`mullama serve` in a process of its own, with its address."""
    command = [
        sys.executable,
        "-m",
        "mullama",
        "serve",
        "--model",
        str(folder),
        "--port",
        "0",
        *flags,
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as running:
        try:
            assert running.stderr is not None
            line = running.stderr.readline()
            found = re.fullmatch(r"mullama: serving at (\S+)\n", line)
            assert found, line + running.stderr.read()
            yield running, found[1]
        finally:
            running.kill()


def wav(seed: int, seconds: float = 1.0) -> bytes:
    """A clip of `tiny` as a file."""
    file = io.BytesIO()
    soundfile.write(file, clip(seed, seconds), RATE, format="WAV")
    return file.getvalue()


def sound_part(data: bytes, format: str = "wav") -> dict[str, Any]:
    return {
        "type": "input_audio",
        "input_audio": {"data": base64.b64encode(data).decode(), "format": format},
    }


def user(*parts: dict[str, Any], text: str = "What plays?") -> dict[str, Any]:
    return {"role": "user", "content": [*parts, {"type": "text", "text": text}]}


def ask(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A request."""
    return {"model": "tiny", "messages": list(messages), **more}
