"""An http(s) address that is allowed -> its bytes, from no other machine than was meant.

Only named servers are asked. The address that their name resolves to is checked and is the one that is
connected to, with no second look-up in between; a redirect is an address like any other. Bounded in
bytes, time and redirects. Proxies of the environment are not used.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Collection, Iterable
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore

from mullama.serving.refusals import ApiError

MAX_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
DEFAULT_PORTS = {"http": 80, "https": 443}


class AudioFetcher:
    """Fetches from the servers in `allowed`: name, name:port, or .name for all below it."""

    def __init__(
        self, allowed: Collection[str], *, max_bytes: int, seconds: float, private: bool = False
    ) -> None:
        """`private` allows addresses that are not on the public Internet."""
        self._allowed = frozenset(name.lower() for name in allowed)
        self._max_bytes, self._seconds = max_bytes, seconds
        self._backend = _CheckedBackend(private)

    async def fetch(self, url: str, *, param: str) -> bytes:
        """The bytes at `url`; raises ApiError, about `param`, for whatever else is there."""
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpcore.AsyncConnectionPool(network_backend=self._backend) as pool,
            ):
                for _ in range(MAX_REDIRECTS + 1):
                    self._require_allowed(url, param)
                    async with pool.stream("GET", url, headers=_HEADERS) as response:
                        if response.status not in REDIRECTS:
                            return await self._read(response, param)
                        url = urljoin(url, _header(response, b"location"))
        except TimeoutError as error:
            raise _refusal(f"fetching took longer than {self._seconds:g} s", param) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise _refusal("the server cannot be reached", param) from error
        except (ValueError, httpcore.UnsupportedProtocol) as error:  # a URL that cannot be one
            raise _refusal("the address cannot be read", param) from error
        raise _refusal(f"there are more than {MAX_REDIRECTS} redirects", param)

    def _require_allowed(self, url: str, param: str) -> None:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), _port(parts)
        names = (
            [host, f"{host}:{port}"]
            if port == DEFAULT_PORTS.get(parts.scheme)
            else [f"{host}:{port}"]
        )
        known = any(name in self._allowed for name in names) or (
            len(names) == 2 and any(host.endswith(n) for n in self._allowed if n.startswith("."))
        )
        if parts.scheme not in DEFAULT_PORTS or parts.username or parts.password or not known:
            raise ApiError(
                422,
                "audio is not fetched from there: only from servers that this one was started with; "
                "send it as input_audio, as a data: URL, or upload it",
                param=param,
                code="url_not_allowed",
            )

    async def _read(self, response: httpcore.Response, param: str) -> bytes:
        if response.status != 200:
            raise _refusal(f"the server answered {response.status}", param)
        if _header(response, b"content-encoding").lower() not in ("", "identity"):
            raise _refusal("the server sent it compressed", param)
        stated = _header(response, b"content-length")
        if stated.isdigit() and int(stated[:20]) > self._max_bytes:
            raise self._too_large(param)
        return await self._collect(response.aiter_stream(), param)

    async def _collect(self, chunks: AsyncIterator[bytes], param: str) -> bytes:
        data = bytearray()
        async for chunk in chunks:
            data += chunk
            if len(data) > self._max_bytes:
                raise self._too_large(param)
        return bytes(data)

    def _too_large(self, param: str) -> ApiError:
        return ApiError(
            413, f"the file has more than {self._max_bytes} bytes", param=param, code="too_large"
        )


_HEADERS = [
    ("accept", "audio/*, */*;q=0.1"),
    ("accept-encoding", "identity"),
    ("user-agent", "mullama"),
]


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once and connects to what it checked."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        for address in await self._resolve(host, port):
            try:
                return await self._backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore.ConnectError:
                continue
        raise httpcore.ConnectError(f"{host} cannot be reached")

    async def _resolve(self, host: str, port: int) -> list[str]:
        """The addresses of a name; none, should one of them be out of bounds."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not self._private and not all(map(is_public, addresses)):
            raise httpcore.ConnectError(f"{host} has a private address")
        return addresses


def is_public(address: str) -> bool:
    """Whether an IP address is one machine of the public Internet.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, Teredo, NAT64) is judged by nothing less
    than that one.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and ip not in _PROTOCOLS


_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out
_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")  # RFC 6890; older Pythons know an eighth of it
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


def _port(parts: SplitResult) -> int | None:
    return parts.port or DEFAULT_PORTS.get(parts.scheme)


def _header(response: httpcore.Response, name: bytes) -> str:
    found = next((value for key, value in response.headers if key.lower() == name), b"")
    return found.decode("latin-1")


def _refusal(why: str, param: str) -> ApiError:
    return ApiError(422, f"the audio cannot be fetched: {why}", param=param, code="fetch_failed")
