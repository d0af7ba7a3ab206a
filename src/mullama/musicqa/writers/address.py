"""Where a model answers, whose key goes there, and whither a request may be redirected.

The key comes from the environment and goes to this server only. Does not send anything.
"""

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from mullama.errors import MuLlamaError, UsageError
from mullama.options.values import shown

KEY, OPENAI_KEY = "MULLAMA_API_KEY", "OPENAI_API_KEY"
"""Environment variables; the second is for OpenAI's own endpoint only, so as to reach no other."""
OPENAI_HOST = "api.openai.com"
MAX_REDIRECTS = 3
REDIRECTS, KEEPING_CONTENT = (301, 302, 303, 307, 308), (307, 308)
"""Statuses (RFC 9110, 15.4); with the others a request would lose its content."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class EndpointError(MuLlamaError):
    """An endpoint that cannot be used: wrong key, unknown model, no server there."""


@dataclass(frozen=True)
class Address:
    """An endpoint's address; raises UsageError where it cannot be one."""

    url: str
    """Ends before /chat/completions, usually in /v1."""
    model: str

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError as error:  # which may repeat a key that was written into the URL
            raise UsageError(
                f"the endpoint's URL cannot be read; its key is given as {KEY} in the environment"
            ) from error
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not self.model or port == 0:
            raise UsageError(
                "expected an endpoint's URL and a model's name, such as http://host:8000/v1 and name"
                " (of a writer: openai:http://host:8000/v1#name)"
            )
        if parts.username or parts.password or parts.query:
            raise UsageError(f"give the endpoint's key as {KEY} in the environment, not in its URL")

    @property
    def key(self) -> str:
        """From the environment; empty where there is none. Raises UsageError for what no header takes."""
        name, key = KEY, os.environ.get(KEY, "").strip()
        if not key and urlsplit(self.url).hostname == OPENAI_HOST:
            name, key = OPENAI_KEY, os.environ.get(OPENAI_KEY, "").strip()
        if not all("!" <= character <= "~" for character in key):
            raise UsageError(f"{name} is not a key: it holds spaces or other than ASCII characters")
        return key

    def require_same_server(self, response: Any) -> None:
        """Refuse what would take a request, with all that it holds, to another server.

        `response` has a `url`, a `status_code` and `headers`. Raises EndpointError.
        """
        location = response.headers.get("location")
        if response.status_code not in REDIRECTS or location is None:
            return
        target = _join(str(response.url), location)
        if not _same_server(self.url, target):
            raise EndpointError(
                f"{self.url} redirects requests to another server, {shown(_server(target))}: nothing "
                "was sent there; give its address if it is meant"
            )
        if response.status_code not in KEEPING_CONTENT:
            raise EndpointError(
                f"{self.url} redirects requests without their content ({response.status_code}) to "
                f"{shown(target)}: give the address that it means"
            )


def _join(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def _same_server(url: str, target: str) -> bool:
    """Whether two URLs have one scheme, host and port; from http to https on its usual port is allowed."""
    try:
        one, other = (_origin(urlsplit(each)) for each in (url, target))
    except ValueError:
        return False
    upgraded = ("https", one[1], DEFAULT_PORTS["https"])
    return other == one or (one[::2] == ("http", DEFAULT_PORTS["http"]) and other == upgraded)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)


def _server(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return url
