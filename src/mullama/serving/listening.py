"""A host and a port -> a listening socket, or the one line that says why not. Imports nothing heavy."""

import socket

from mullama.errors import UsageError

BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises UsageError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, UnicodeError) as error:
        why = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
        raise UsageError(
            f"{host}:{port} cannot be listened on: {why} (--port takes another)"
        ) from error


def address(listening: socket.socket) -> str:
    """What it is reached by, without a path."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
