"""What every request passes before it is read: who sends it, from where, how often, how much, how slowly.

A body is read here as a whole, so that its limits hold whatever the route does with it; only uploads flow
through. Knows neither questions nor sounds.
"""

import asyncio
import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mullama.serving.demo_mount import PATH, UPLOAD, is_demo
from mullama.serving.keys import KeyTries
from mullama.serving.received_body import SLOW, ReceivedBody
from mullama.serving.refusals import ApiError
from mullama.serving.serve_options import nbytes
from mullama.serving.service import Service

OPEN = frozenset({"/health", "/ready"})
"""Paths that anybody may ask at any time: probes."""
UPLOADS = frozenset({"/v1/files", "/v1/captions", UPLOAD})
"""Paths whose body is not read as a whole."""
UPLOAD_PATIENCE = 10
"""How many times as long an upload may take as another body."""
FORM_BYTES = 64 << 10
"""What a form may need around its file."""
LINGER_SECONDS = 1.0
"""How long a client that still sends may take to read why it is refused."""
LEFT = 499
"""What nginx notes for a client that left."""
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Gate:
    """Middleware around the whole app."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service
        self._hosts = _accepted_hosts(service)
        self._demo, self._keys = service.options.demo, KeyTries(service.keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = ReceivedBody(receive, headers)
        watched = _WatchedSend(send, body, self._service.limits.write_seconds)
        try:
            await self._pass(scope, headers, body, watched)
        except ApiError as refusal:
            slow = refusal.status == SLOW
            if not slow:
                await body.discard()
            response = JSONResponse(refusal.body, refusal.status, refusal.headers)
            await response(scope, receive, _lingering(watched) if slow else watched)
        except ClientStalledError:
            return
        finally:
            route = PATH if self._is_demo(scope) else getattr(scope.get("route"), "path", "")
            self._service.metrics.requests.labels(route, str(watched.status)).inc()

    async def _pass(self, scope: Scope, headers: Headers, body: ReceivedBody, send: Send) -> None:
        """Let a request through, or raise ApiError."""
        limits, pace = self._service.limits, self._service.pace
        self._require_host(headers)
        if self._is_demo(scope):  # which has users of its own
            caller, pace = _address(scope), self._service.demo_pace
        else:
            caller, owner = self._caller(scope, headers)
            scope["mullama_caller"], scope["mullama_owner"] = caller, owner
        with pace.request(caller):
            if scope["path"] == UPLOAD:  # which the page has room of its own for
                body.limit(*self._upload_limits)
                await self._app(scope, body, send)
            elif scope["path"] in UPLOADS:
                with self._service.sounds.store.room.share() as take:
                    body.limit(*self._upload_limits, take)
                    await self._app(scope, body, send)
            else:
                with self._service.bodies.share() as take:
                    body.limit(nbytes(limits.max_body_mb), limits.body_seconds, take)
                    await self._app(scope, await body.read(), send)

    @property
    def _upload_limits(self) -> tuple[int, float]:
        limits = self._service.limits
        return (
            nbytes(limits.max_upload_mb) + FORM_BYTES,
            limits.body_seconds * UPLOAD_PATIENCE,
        )

    def _is_demo(self, scope: Scope) -> bool:
        return self._demo and is_demo(scope["path"])

    def _require_host(self, headers: Headers) -> None:
        """Refuse what a web page of another site sends, and names that are not this server's."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._hosts is not None and _name(host) not in self._hosts:
            raise ApiError(
                403,
                "this server is not called by that name (--allow-host)",
                param="Host",
                code="unknown_host",
            )
        allowed = self._service.options.allow_origin
        if origin is not None and not {origin, "*"} & {*allowed} and _site(origin) != host:
            raise ApiError(
                403,
                "web pages of other sites may not call this server (--allow-origin)",
                param="Origin",
                code="origin_not_allowed",
            )

    def _caller(self, scope: Scope, headers: Headers) -> tuple[str, str]:
        """Who is counted, and whose uploads are asked for; raises ApiError for an unknown key."""
        if not self._service.keys:
            return _address(scope), ""
        caller = self._keys.caller(headers.get("authorization"), _address(scope))
        if caller is None:
            raise ApiError(
                401,
                "an API key is needed: Authorization: Bearer ...",
                param="Authorization",
                code="invalid_api_key",
            )
        return caller, caller


class _WatchedSend:
    """Sends, notes the status, and gives a client up that does not read."""

    def __init__(self, send: Send, body: ReceivedBody, seconds: float) -> None:
        self._send, self._body, self._seconds = send, body, seconds
        self.status = LEFT

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if not self._body.complete:
                # Or else the rest would be read, however long it is.
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(message)
        except TimeoutError as error:
            raise ClientStalledError from error


def _lingering(send: Send) -> Send:
    """Ends an answer a moment after its last byte.

    What still comes in when a connection is closed makes the system reset it, and then its client
    may lose what it had not read yet.
    """

    async def linger(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        await send({**message, "more_body": True})
        await asyncio.sleep(LINGER_SECONDS)
        await send({"type": "http.response.body"})

    return linger


class ClientStalledError(OSError):
    """A client leaves its answer unread."""


def _accepted_hosts(service: Service) -> frozenset[str] | None:
    """The names that this server may be called by; None for any.

    A page on the web can make a browser call a name of its own that leads to this machine (DNS
    rebinding), which only the name gives away.
    """
    names = service.options.allow_host
    if "*" in names:
        return None
    if names:
        return frozenset(name.lower() for name in names)
    local = service.options.host == "localhost" or _is_loopback(service.options.host)
    return LOCAL_NAMES | {service.options.host} if local and not service.keys else None


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    """A Host header without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _site(origin: str) -> str:
    """Host and port of an Origin header; what is no address is no host's."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return origin
