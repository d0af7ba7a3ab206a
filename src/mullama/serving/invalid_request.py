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
    if isinstance(error.body, bytes):  # it was not even looked at
        return ApiError(
            415,
            "the body is JSON only where its header says so: Content-Type: application/json",
            param="Content-Type",
            code="no_json",
        )
    first = max(error.errors(), key=lambda found: len(found["loc"]))
    if first["type"] == "json_invalid":
        return ApiError(400, f"the body is not JSON: {_reason(first)}", code="invalid_json")
    place = first["loc"][1:] if first["loc"][:1] == ("body",) else first["loc"]
    if not place and not isinstance(error.body, Mapping):
        kind = "is empty" if error.body is None else "is no JSON object"
        return ApiError(
            400, f'the body {kind}: {{"model": ..., "messages": [...]}}', code="no_object"
        )
    param = _path(place, error.body, missing=first["type"] == "missing") or None
    if first["type"] == "extra_forbidden":
        hint = did_you_mean(str(place[-1]), ChatRequest.model_fields)
        return ApiError(400, f"unknown field{hint}", param=param, code="unknown_parameter")
    code = "missing_parameter" if first["type"] == "missing" else "invalid_value"
    message = first["msg"].removeprefix("Value error, ")[: 4 * MAX_SHOWN]
    return ApiError(400, message, param=param, code=code)


def _reason(found: Mapping[str, Any]) -> str:
    return str(found.get("ctx", {}).get("error", found["msg"]))


def _path(place: Sequence[str | int], body: Any, *, missing: bool) -> str:
    """messages[0].content[1].text, without the names of alternatives that pydantic puts between.

    What is no key of the request is such a name, unless it comes last and is what is missing; so is what a
    part says of its own type.
    """
    path, value, in_list = "", body, False
    for number, step in enumerate(place):
        if isinstance(step, int) and isinstance(value, list):
            path, in_list = f"{path}[{step}]", True
            value = value[step] if step < len(value) else None
        elif isinstance(value, Mapping) and in_list and value.get("type") == step:
            in_list = False
        elif isinstance(value, Mapping) and (
            step in value or (missing and number == len(place) - 1)
        ):
            path, in_list = f"{path}.{step}" if path else str(step), False
            value = value.get(step)
    return path
