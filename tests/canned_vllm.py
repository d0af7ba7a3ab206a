"""A server that speaks vLLM's HTTP over a real socket, and misbehaves on request. Its answers are a hash.

What it says depends on the adapter and the prompt alone. It checks what vLLM would: an unknown adapter is
404, and an adapter's files have to lie where it is told.
"""

import hashlib
import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

END = 2


def answer_of(model: str, prompt: list[int], most: int) -> list[int]:
    """What it says, without the end: whole characters in the tests' tokenizer, so each is told at once."""
    digest = hashlib.sha256(f"{model} {prompt}".encode()).digest()
    return [40 + byte % 50 for byte in digest[: min(most, 4 + digest[0] % 5)]]


class CannedVllm:
    """Serves in threads of its own while the `with` statement lasts."""

    def __init__(
        self, served: str, *, key: str = "", updating: bool = True, longest: int = 512
    ) -> None:
        self.served, self.key, self.updating = served, key, updating
        self.longest = longest
        self.loaded: dict[str, str] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.modes: deque[str] = deque()
        """How the next completions go wrong, one each; then all is well."""
        self.gone = threading.Event()
        """A client has left in the middle of an answer."""
        self.closing = threading.Event()

    def __enter__(self) -> "CannedVllm":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"vllm:http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> list[dict[str, Any]]:
        """Bodies of the calls to a path, in order."""
        return [body for called, body in self.calls if called == f"/v1/{path}"]


def _handler(canned: CannedVllm) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            if canned.key and self.headers.get("authorization") != f"Bearer {canned.key}":
                said = f"{'x' * 290} {self.headers.get('authorization')}"
                self.send(401, {"error": {"message": said}})
            elif self.path == "/v1/models":
                cards = [{"id": canned.served, "max_model_len": canned.longest}]
                cards += [{"id": name, "max_model_len": None} for name in canned.loaded]
                self.send(200, {"data": cards})
            else:
                self.send(405 if canned.updating else 404, {"detail": "no"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            canned.calls.append((self.path, body))
            if self.path == "/v1/load_lora_adapter":
                self.load(body["lora_name"], body["lora_path"])
            elif self.path == "/v1/unload_lora_adapter":
                known = canned.loaded.pop(body["lora_name"], None)
                self.send(200 if known else 404, {"error": {"message": "cannot be found"}})
            elif body["model"] not in canned.loaded:
                self.send(404, {"error": {"message": f"The model {body['model']} does not exist"}})
            elif not Path(canned.loaded[body["model"]], "adapter_model.safetensors").is_file():
                self.send(500, {"error": {"message": "the engine is dead: an adapter has gone"}})
            elif body.get("stream"):
                self.complete(body, canned.modes.popleft() if canned.modes else "well")
            else:
                (token,) = body["allowed_token_ids"]
                likely = -0.25 - token / 1000
                choice = {"token_ids": [token], "logprobs": {"token_logprobs": [likely]}}
                self.send(200, {"choices": [choice]})

        def load(self, name: str, path: str) -> None:
            if name in canned.loaded:
                self.send(400, {"error": {"message": "it has already been loaded"}})
            elif not Path(path, "adapter_model.safetensors").is_file():
                self.send(404, {"error": {"message": "No adapter found"}})
            else:
                canned.loaded[name] = path
                self.send(200, b"Success")

        def complete(self, body: dict[str, Any], mode: str) -> None:
            if mode in ("500", "503", "429"):
                return self.send(int(mode), {"error": {"message": "not now"}})
            if mode == "html":
                return self.send(200, b"<html>a gateway</html>")
            if mode == "redirect":
                return self.send(307, b"", location="http://127.0.0.1:1/")
            if mode == "drop":
                self.close_connection = True
                return None
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                self.stream(body, mode)
            except OSError:
                canned.gone.set()
            return None

        def stream(self, body: dict[str, Any], mode: str) -> None:
            ids = answer_of(body["model"], body["prompt"], body["max_tokens"])
            most = body["max_tokens"]
            self.write(b": ping\n\n")
            for place, token in enumerate(ids):
                full = place + 1 == most
                event = _event(token, "length" if full else None)
                if mode == "slow":
                    time.sleep(0.05)
                if (wrong := _wrong(mode, event)) is not None and place == 1:
                    self.write(wrong)
                    if mode in ("cut", "error"):
                        return
                else:
                    self.write(_line(event))
                if full:
                    return
            while mode in ("endless", "pings", "silent") and not canned.closing.is_set():
                time.sleep(0.01)
                if mode == "endless":
                    self.write(_line(_event(50, None)))
                elif mode == "pings":
                    self.write(b": " + b"x" * 1_000_000 + b"\n\n")
                else:
                    self.write(b": ping\n\n")
                    time.sleep(0.05)
            self.write(_line(_event(END, "stop")))
            self.write(b"data: [DONE]\n\n")

        def write(self, data: bytes) -> None:
            self.wfile.write(data)
            self.wfile.flush()

        def send(self, status: int, content: object, location: str = "") -> None:
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            if location:
                self.send_header("location", location)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _event(token: int, finished: str | None) -> dict[str, Any]:
    beside = {f"token_id:{token}": -0.5, "token_id:7": -1.5}
    logprobs = {"token_logprobs": [-0.5], "top_logprobs": [beside]}
    choice = {"token_ids": [token], "logprobs": logprobs, "finish_reason": finished}
    return {"choices": [{"index": 0, **choice}]}


def _line(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def _wrong(mode: str, event: dict[str, Any]) -> bytes | None:
    """What comes in the place of an event; None where all is well."""
    choice = event["choices"][0]
    changed: dict[str, Any] = {
        "no-ids": {"token_ids": None},
        "text-ids": {"token_ids": ["50"]},
        "negative": {"token_ids": [-3]},
        "abort": {"finish_reason": "abort"},
        "no-logprobs": {"logprobs": None},
        "nan": {"logprobs": {"token_logprobs": [float("nan")], "top_logprobs": [{}]}},
        "positive": {"logprobs": {"token_logprobs": [3.0], "top_logprobs": [{}]}},
        "pairs": {"logprobs": {"token_logprobs": [], "top_logprobs": []}},
        "names": {"logprobs": {"token_logprobs": [-1.0], "top_logprobs": [{"the": -1.0}]}},
        "list": {"logprobs": {"token_logprobs": [-1.0], "top_logprobs": [[1, 2]]}},
    }
    if mode in changed:
        return _line({"choices": [{**choice, **changed[mode]}]})
    return {
        "json": b"data: {no\n\n",
        "deep": b"data: " + b"[" * 100_000 + b"\n\n",
        "array": b"data: [1]\n\n",
        "two": _line({"choices": [choice, choice]}),
        "line": b"data: " + b"x" * 2_000_000 + b"\n\n",
        "error": b'data: {"error": {"message": "out of\\nmemory"}}\n\n',
        "cut": b"data: {",
    }.get(mode)
