"""An address from the command line -> one that songs and questions may be sent to.

Whoever can load adapters makes the server read folders, so that its port is a private one: without TLS
nothing is sent to a machine that is not on this one's own network.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from mullama.errors import UsageError

SCHEMES = ("http", "https")


def checked_url(url: str) -> str:
    """The base of all paths, without a slash at its end. Raises UsageError.

    A public address needs https. `/v1` at its end may be given or left out.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"vllm:{url} cannot be read as an address: {error}") from error
    if parts.scheme not in SCHEMES or not host or parts.query or parts.fragment:
        raise UsageError(f"vllm:{url} should be vllm:http://HOST:PORT, or https")
    if parts.username or parts.password:
        raise UsageError("a key stands in MULLAMA_ENGINE_KEY, not in the address of vLLM")
    if parts.scheme == "http" and not _private(host, port or 80):
        raise UsageError(
            f"{host} is not on a private network: questions and keys go there by https alone"
        )
    return url.rstrip("/").removesuffix("/v1")


def _private(host: str, port: int) -> bool:
    """Whether every address of a name is this machine's or a private network's."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{host}, where vLLM should be, has no address: {error}") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    return all(address.is_private and not address.is_unspecified for address in addresses)
