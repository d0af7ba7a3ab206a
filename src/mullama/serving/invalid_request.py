"""What pydantic found wrong -> one error of the API, with the path of the field in the request."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError

from mullama.nearest import did_you_mean
from mullama.options.values import MAX_SHOWN
from mullama.serving.chat_request import ChatRequest
from mullama.serving.refusals import ApiError


def from_validation(error: RequestValidationError) -> ApiError:
    """What is wrong, as its client is told: of the alternatives to a field, the one that came furthest."""
    first = max(error.errors(), key=lambda found: len(found["loc"]))
    if first["type"] == "json_invalid":
        return ApiError(400, f"the body is not JSON: {_reason(first)}", code="invalid_json")
    place = first["loc"][1:] if first["loc"][:1] == ("body",) else first["loc"]
    param = _path(place, error.body) or None
    if first["type"] == "extra_forbidden":
        hint = did_you_mean(str(place[-1]), ChatRequest.model_fields)
        return ApiError(400, f"unknown field{hint}", param=param, code="unknown_parameter")
    code = "missing_parameter" if first["type"] == "missing" else "invalid_value"
    return ApiError(400, first["msg"][: 4 * MAX_SHOWN], param=param, code=code)


def _reason(found: Mapping[str, Any]) -> str:
    return str(found.get("ctx", {}).get("error", found["msg"]))


def _path(place: Sequence[str | int], body: Any) -> str:
    """messages[0].content[1].text, without the names of alternatives that pydantic puts between.

    What is no key of the request is such a name, unless it comes last: then it is what is missing.
    """
    path, value = "", body
    for number, step in enumerate(place):
        last = number == len(place) - 1
        if isinstance(step, int) and isinstance(value, Sequence) and not isinstance(value, str):
            path += f"[{step}]"
            value = value[step] if step < len(value) else None
        elif isinstance(value, Mapping) and (step in value or last):
            path += f".{step}" if path else str(step)
            value = value.get(step)
    return path
