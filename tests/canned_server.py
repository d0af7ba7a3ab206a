"""A server that speaks OpenAI's chat completions over a real socket, and misbehaves on request.

Its replies depend on the messages alone. How it misbehaves is said in the description that is
asked about, as words like `[429]`; most of them happen the first time that a message is seen.
Run it as a program (`python canned_server.py --latency 0.2`) to have it in a process of its own.
"""

import argparse
import asyncio
import hashlib
import json
import re
import sys
import threading
from collections import Counter
from types import TracebackType
from typing import Any

WORDS = ("slow", "fast", "bright", "dark", "calm", "lively", "warm", "cold")
ONCE = ("429", "500", "503", "cut", "half", "html", "silent")
"""Happens the first time; then the same request is answered."""


def fixed_reply(seed: str) -> list[str]:
    """Four answers that depend on the seed."""
    words = [WORDS[int(digit, 16) % len(WORDS)] for digit in seed[:4]]
    return [f"The music is {word} and {seed[:6]}." for word in words]


def open_reply(seed: str) -> list[dict[str, str]]:
    """Five pairs that depend on the seed."""
    topics = ("tempo", "mood", "style", "sound", "place")
    return [
        {"question": f"What is the {topic} of it?", "answer": f"The {topic} is {seed[n : n + 5]}."}
        for n, topic in enumerate(topics)
    ]


class CannedServer:
    """Serves in a thread of its own while the `with` statement lasts."""

    def __init__(
        self,
        *,
        latency: float = 0.0,
        structured: bool = True,
        refuses: tuple[str, ...] = (),
        key: str = "",
        redirects: dict[str, tuple[int, str]] | None = None,
        dies_after: int | None = None,
    ) -> None:
        """`redirects`: path -> status and location; `key`: what must be sent.

        `dies_after` so many requests every connection is cut.
        """
        self.dies_after = dies_after
        self.latency, self.structured, self.refuses, self.key = latency, structured, refuses, key
        self.redirects = redirects or {}
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        """Of all requests, also of those that were redirected."""
        self.at_once = self.most_at_once = 0
        self._seen: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> "CannedServer":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._connected, "127.0.0.1", 0)

    async def _stop(self) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._served(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection stays."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = re.findall(r"(?m)^([\w-]+): (.*?)\r$", head)
        headers = {name.lower(): value for name, value in lines}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or "{}")
        self.paths.append(head.split()[1])
        if self.paths[-1] in self.redirects:
            status, location = self.redirects[self.paths[-1]]
            answer = (
                f"HTTP/1.1 {status} Canned\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
            )
            writer.write(answer.encode())
            return True
        self.requests.append(body)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.latency)
            status, extra, content = await self._response(headers, body)
        finally:
            self.at_once -= 1
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        lines = [f"HTTP/1.1 {status} Canned", f"Content-Length: {len(payload)}", *extra]
        cut = status == 0
        if not cut:
            kind = "text/html" if payload.startswith(b"<") else "application/json"
            writer.write("\r\n".join([*lines, f"Content-Type: {kind}", "", ""]).encode())
            torn = "X-Torn: 1" in extra
            writer.write(payload[: len(payload) // 2] if torn else payload)
            await writer.drain()
            cut = torn
        return not cut

    async def _response(
        self, headers: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, list[str], Any]:
        """Status (0 cuts the connection), more header lines, and the content."""
        if self.dies_after is not None and len(self.requests) > self.dies_after:
            return 0, [], {}
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            return 401, [], _error("wrong key")
        for name in self.refuses:
            if name in body:
                return 400, [], _error(f"Unsupported parameter: {name}")
        if not self.structured and "response_format" in body:
            return 400, [], _error("this server is a simple one")
        asked = _asked(body)
        mark = next(iter(re.findall(r"\[([\w-]+)\]", asked)), "")
        digest = hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()
        self._seen[digest] += 1
        if mark in ONCE and self._seen[digest] == 1:
            return await self._misbehave(mark, body)
        if mark == "broken":
            return 500, [], _error("always so")
        if mark == "echo-key":
            return 418, [], _error(f"you sent {headers.get('authorization')}")
        if mark == "echo-key-in-reply":
            said = self._text("", body).replace(" is ", f" is {headers['authorization']} ")
            return 200, [], _completion(said, "stop")
        if mark == "echo-key-in-nonsense":
            return 200, [], _completion(f"Hm, {headers['authorization']}?", "stop")
        if mark == "echo-key-late":
            return 418, [], _error(f"{'x' * 265} {headers.get('authorization')}")
        return 200, [], _completion(self._text(mark, body), "length" if mark == "long" else "stop")

    async def _misbehave(self, mark: str, body: dict[str, Any]) -> tuple[int, list[str], Any]:
        if mark == "429":
            return 429, ["Retry-After: 0.2"], _error("slow down")
        if mark == "cut":
            return 0, [], {}
        if mark == "half":
            return 200, ["X-Torn: 1"], _completion(self._text("", body), "stop")
        if mark == "html":
            return 200, [], b"<html>gateway</html>"
        if mark == "silent":
            await asyncio.sleep(30)
        return int(mark), [], _error("try later")

    def _text(self, mark: str, body: dict[str, Any]) -> str:
        """What the model says; some never or only at first say what is wanted."""
        messages = body["messages"]
        first = len(messages) == 1
        if mark == "refuse":
            return "I am sorry, but I cannot help with that."
        if mark == "malformed" and first:
            return '{"answers": ["one", "two'
        if mark == "unwanted" and first:
            return json.dumps({"answers": ["It has the tag rock."] * 4, "pairs": []})
        asked = _asked(body)
        seed = hashlib.sha256(asked.encode()).hexdigest()
        is_fixed = "1. Describe the audio" in asked
        if "response_format" in body:
            return json.dumps(
                {"answers": fixed_reply(seed)} if is_fixed else {"pairs": open_reply(seed)}
            )
        if is_fixed:
            return "Sure!\n\n" + "\n\n".join(
                f"{n}. {a}" for n, a in enumerate(fixed_reply(seed), 1)
            )
        return "\n".join(
            f"{n}. Question: {pair['question']}\nAnswer: {pair['answer']}"
            for n, pair in enumerate(open_reply(seed), 1)
        )


def _asked(body: dict[str, Any]) -> str:
    """The text of the user's first message, which may have parts of other kinds."""
    content = next(each["content"] for each in body["messages"] if each["role"] == "user")
    parts = [{"text": content}] if isinstance(content, str) else content
    return "".join(part.get("text", "") for part in parts)


def _completion(text: str, finish_reason: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "canned",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "canned"}}


def main() -> None:
    """Serve until the standard input ends; the first line printed is the URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    with CannedServer(latency=parser.parse_args().latency) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
