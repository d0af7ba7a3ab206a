"""An application -> a running server: it binds, says where it is, and stops without losing an answer.

SIGTERM and SIGINT: nothing new is taken, what was accepted is answered or refused in time, then it ends.
"""

import asyncio
import signal
import socket
import tempfile
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mullama.engine import Engine
from mullama.errors import UsageError
from mullama.serving.app import create_app
from mullama.serving.demo_mount import PATH, DemoMount
from mullama.serving.keys import read_keys
from mullama.serving.listening import address, bind
from mullama.serving.serve_options import ServeLimits, ServeOptions
from mullama.serving.service import Service

ANSWER_LAST_SECONDS = 5
"""How long refusals may still travel after the last answer was to be ready."""


def serve(
    open_engine: Callable[[], Engine],
    options: ServeOptions,
    limits: ServeLimits,
    *,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve until a signal comes. `announce` is told each address when questions are answered.

    Raises UsageError where the address cannot be bound, or where the demo would be a way round the keys, and
    what opening the engine raised.
    """
    keys = read_keys(options.keys)
    demo = DemoMount(options, limits) if options.demo else None
    if demo is not None and keys and not demo.guarded:
        raise UsageError(
            "there are API keys, and the demo would be a way round them: --auth USER:PASSWORD guards it"
        )
    listening = bind(options.host, options.port)
    with listening:
        server: Server | None = None

        def stop() -> None:
            if server is not None:
                server.should_exit = True

        def say() -> None:
            announce(f"serving at {address(listening)}/v1")
            if demo is not None:
                announce(f"the demo is at {address(listening)}{PATH}/")

        on_loaded = {} if demo is None else {"on_loaded": demo.build}
        service = Service(open_engine, options, limits, keys, on_failure=stop, **on_loaded)
        # What is received lies beside what is kept, where there is room for it.
        tempfile.tempdir = str(service.sounds.store.folder)
        server = Server(service, say, demo=demo)
        server.run(sockets=[listening])
    if service.failure is not None:
        raise service.failure


class Server(uvicorn.Server):
    """uvicorn, which is told what the engine may still finish."""

    def __init__(
        self,
        service: Service,
        announce: Callable[[], None] = lambda: None,
        *,
        demo: DemoMount | None = None,
    ) -> None:
        options, limits = service.options, service.limits
        super().__init__(
            uvicorn.Config(
                create_app(service, demo),
                http=_header_deadline(limits.header_seconds),
                ws="none",
                lifespan="on",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=bool(options.proxy),
                forwarded_allow_ips=list(options.proxy) or None,
                timeout_keep_alive=max(1, round(limits.header_seconds)),
                timeout_graceful_shutdown=round(limits.drain_seconds) + ANSWER_LAST_SECONDS,
            )
        )
        self._service, self._announce, self._demo = service, announce, demo

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so once the model is there."""
        await super().startup(sockets)
        self._waiting = asyncio.ensure_future(self._say_when_ready())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the engine finish what it has while connections are waited for."""
        self._waiting.cancel()
        draining = asyncio.ensure_future(self._drain())
        await super().shutdown(sockets)
        await draining

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A first SIGTERM ends the process as asked, with exit code 0."""
        if sig == signal.SIGTERM and not self.should_exit:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)

    async def _drain(self) -> None:
        await self._service.drain()
        if self._demo is not None:
            await self._demo.close()

    async def _say_when_ready(self) -> None:
        while not self._service.ready.is_set():
            await asyncio.sleep(0.05)
        self._announce()


def _header_deadline(seconds: float) -> type[H11Protocol]:
    """uvicorn's protocol, which by itself waits for ever for the rest of a request's header."""

    class HeaderDeadline(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._expect_header()

        def handle_events(self) -> None:
            super().handle_events()
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop_waiting()
            elif self._deadline is None and not self.transport.is_closing():
                self._expect_header()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _expect_header(self) -> None:
            self._deadline = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

        def _stop_waiting(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

    return HeaderDeadline
