"""What the page's requests pass before gradio: how often passwords are tried, how much visitors' files take.

Gradio lets passwords be tried as fast as the network allows, and bounds one file, not all of them.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mullama.serving.pace import tries
from mullama.serving.received_body import ReceivedBody
from mullama.serving.refusals import ApiError
from mullama.serving.sounds import store_full

LOGIN, UPLOAD = "/login", "/gradio_api/upload"
"""Paths of gradio's, below the page's own."""


class Doors:
    """Middleware around gradio's application."""

    def __init__(self, app: ASGIApp, *, path: str, folder: Path, max_bytes: int) -> None:
        """`path` is the page's, `folder` where its visitors' files lie."""
        self._app, self._path = app, path
        self._folder, self._max_bytes, self._arriving = folder, max_bytes, 0
        self._tries = tries("passwords")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with ExitStack() as held:
            try:
                held.enter_context(self._door(scope))
            except ApiError as refusal:
                await ReceivedBody(receive, Headers(scope=scope)).discard()
                response = JSONResponse(refusal.body, refusal.status, refusal.headers)
                await response(scope, receive, send)
                return
            await self._app(scope, receive, send)

    def _door(self, scope: Scope) -> AbstractContextManager[None]:
        if scope["type"] != "http" or scope["method"] != "POST":
            return nullcontext()
        # A proxy's root path may stand before it.
        path = scope["path"].rstrip("/")
        if path.endswith(self._path + LOGIN):
            client = scope.get("client")
            return self._tries.request(client[0] if client else "")
        return self._room(scope) if path.endswith(self._path + UPLOAD) else nullcontext()

    @contextmanager
    def _room(self, scope: Scope) -> Iterator[None]:
        """Disk for a visitor's file while it arrives; by then it is counted where it lies."""
        stated = Headers(scope=scope).get("content-length", "")
        if not stated.isdigit():
            raise ApiError(411, "say how long the file is", param="Content-Length")
        size = int(stated[:20])
        if _stored(self._folder) + self._arriving + size > self._max_bytes:
            raise store_full("files")
        self._arriving += size
        try:
            yield
        finally:
            self._arriving -= size


def _stored(folder: Path) -> int:
    """Bytes of all files in a folder, of which some may go meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
