"""Everything that can go wrong -> the API's error object, with its status.

The shape is OpenAI's: {"error": {"message", "type", "param", "code"}}; `param` is a path into the request
such as messages[0].content[1].input_audio.data. Knows no routes.
"""

import math
from collections.abc import Mapping
from typing import Any

from mullama.errors import (
    AudioError,
    Cancelled,
    Closed,
    EngineFailed,
    MuLlamaError,
    Overloaded,
    TimeLimit,
    TooLongError,
    Unavailable,
    UsageError,
)

TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
"""Status -> what the API calls that kind; others below 500 are invalid requests."""
KINDS: dict[type[MuLlamaError], tuple[int, str]] = {
    UsageError: (400, "invalid_value"),
    AudioError: (415, "unreadable_audio"),
    TooLongError: (413, "too_long"),
    Overloaded: (429, "overloaded"),
    Closed: (503, "shutting_down"),
    Cancelled: (499, "cancelled"),
    TimeLimit: (504, "time_limit"),
    EngineFailed: (502, "engine_failed"),
    Unavailable: (503, "engine_unavailable"),
}
"""What the engine raises -> status and code."""
ELSEWHERE: dict[type[MuLlamaError], str] = {
    EngineFailed: "what answers questions here failed: this server's log says why",
    Unavailable: "what answers questions here cannot be reached now: ask again later",
}
"""What clients are told of another engine; addresses, folders and its own words are its operator's."""
RETRY_SECONDS = 1.0
"""After which a refusal for lack of room says to come again."""


class ApiError(MuLlamaError):
    """A request that is refused, as its client is told."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.param, self.code, self.retry_after = status, param, code, retry_after

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        kind = TYPES.get(self.status) or (
            "invalid_request_error" if self.status < 500 else "server_error"
        )
        message = str(self).encode(errors="replace").decode()
        return {"error": {"message": message, "type": kind, "param": self.param, "code": self.code}}

    @property
    def headers(self) -> dict[str, str]:
        """Those that belong to the status (RFC 9110, 10.2.3 and 11.6.1)."""
        headers = {}
        if self.retry_after is not None:
            headers["retry-after"] = str(max(1, math.ceil(self.retry_after)))
        if self.status == 401:
            headers["www-authenticate"] = "Bearer"
        return headers


def as_api_error(
    error: MuLlamaError, *, param: str | None = None, names: Mapping[str, str] | None = None
) -> ApiError:
    """What went wrong in the engine, as its client is told.

    `param` is what it was about; `names`: a file of this machine -> what the client knows it by.
    """
    if isinstance(error, ApiError):
        return error
    for kind in type(error).__mro__:
        if kind in KINDS:
            status, code = KINDS[kind]
            retry = RETRY_SECONDS if status in (429, 503) else None
            message = shown(error)
            for path, name in (names or {}).items():
                message = message.replace(path, name) if path else message
            return ApiError(status, message, param=param, code=code, retry_after=retry)
    return ApiError(500, "the model could not answer", code="internal_error")


def shown(error: MuLlamaError) -> str:
    """What went wrong, as far as whoever asked may read it."""
    return next((said for kind, said in ELSEWHERE.items() if isinstance(error, kind)), str(error))
