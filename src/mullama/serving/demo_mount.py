"""The demo below a path of the HTTP service: one process, one engine, and a door of its own.

The page is made of an engine, so that its path answers 503 until there is one. Gradio's streams never end
by themselves: they are ended here, once the engine has answered or refused all that was asked.
"""

import asyncio
import os
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mullama.engine import Engine
from mullama.serving.demo.demo_options import DemoOptions
from mullama.serving.refusals import ApiError
from mullama.serving.serve_options import ServeLimits, ServeOptions
from mullama.serving.service import LOADING_RETRY_SECONDS

PATH = "/demo"
UPLOAD = f"{PATH}/gradio_api/upload"
FOLDER, ANALYTICS = "GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED"
"""Variables that gradio reads: where visitors' files lie, and whether it tells its makers."""
LAST_WORDS_SECONDS = 1.0
"""How long the ends of the last answers may take from the engine to the pages that show them."""


def is_demo(path: str) -> bool:
    """Whether a path is the page's."""
    return path == PATH or path.startswith(f"{PATH}/")


class DemoMount:
    """The page as an ASGI application, once its engine is there."""

    def __init__(self, options: ServeOptions, limits: ServeLimits) -> None:
        """Raises UsageError for users that cannot be read."""
        self._root = options.root_path.rstrip("/")
        self._options = DemoOptions(
            auth=options.auth,
            root_path=f"{self._root}{PATH}" if self._root else "",
            max_mb=max(1, round(limits.max_upload_mb)),
            max_stored_mb=max(1, round(limits.max_stored_mb)),
            timeout=limits.answer_seconds,
        )
        self.guarded = bool(self._options.users())
        self._max_answer = limits.max_answer
        self._page: FastAPI | None = None
        self._life: asyncio.Task[None] | None = None
        self._up, self._ended = asyncio.Event(), asyncio.Event()

    def build(self, engine: Engine, folder: Path) -> None:
        """Make the page, whose visitors' files lie below `folder`; in whichever thread."""
        os.environ[FOLDER], os.environ[ANALYTICS] = str(folder / PATH.strip("/")), "False"
        from mullama.serving.demo.launch import mount

        bare = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        self._page = mount(bare, engine, self._options, PATH, max_answer=self._max_answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises ApiError where there is no page yet or any more."""
        if self._page is None:
            raise _not_now("the model is being loaded", "loading")
        if scope["path"] == PATH:
            await RedirectResponse(f"{self._root}{PATH}/")(scope, receive, send)
            return
        if self._life is None:
            self._life = asyncio.ensure_future(self._run(self._page))
        await self._up.wait()
        await self._until_ended(self._page, scope, receive, send)

    async def close(self) -> None:
        """Show nothing any more."""
        if self._life is not None:
            await asyncio.sleep(LAST_WORDS_SECONDS)
            self._ended.set()
            await self._life

    async def _run(self, page: FastAPI) -> None:
        """What gradio does beside requests."""
        try:
            async with page.router.lifespan_context(page):
                self._up.set()
                await self._ended.wait()
        finally:  # also where it could not begin
            self._up.set()

    async def _until_ended(self, page: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or as much of it as there is when the page ends."""
        sending = _Sending(send)
        # As if the proxy had left the path whole: below a root path of its own, gradio wants it so.
        whole = {**scope, "root_path": self._root, "path": self._root + scope["path"]}
        request = asyncio.ensure_future(page(whole, receive, sending))
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({request, ending}, return_when=asyncio.FIRST_COMPLETED)
            if request.done():
                return request.result()
        finally:
            request.cancel()
            ending.cancel()
            await asyncio.gather(request, ending, return_exceptions=True)
        return await sending.finish()


class _Sending:
    """Sends a response, and ends one that was broken off."""

    def __init__(self, send: Send) -> None:
        self._send, self._last = send, ""
        self._more = True

    async def __call__(self, message: Message) -> None:
        await self._send(message)
        self._last, self._more = message["type"], bool(message.get("more_body", False))

    async def finish(self) -> None:
        if not self._last:
            raise _not_now("the server is shutting down", "shutting_down")
        if self._last == "http.response.start" or self._more:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _not_now(message: str, code: str) -> ApiError:
    return ApiError(503, message, code=code, retry_after=LOADING_RETRY_SECONDS)
