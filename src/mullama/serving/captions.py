"""/v1/captions: a file in a form, or an upload's id -> the record that `mullama caption --json` prints."""

from typing import Any

from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from mullama.answer.answer import CAPTIONS
from mullama.errors import MuLlamaError
from mullama.printable import printable
from mullama.serving.refusals import ApiError, as_api_error
from mullama.serving.replies import Heard, heard
from mullama.serving.service import Service
from mullama.serving.sound_store import HeldSound
from mullama.serving.ticket_stream import deltas
from mullama.serving.uploads import MAX_NAME, file_chunks, find

FIELDS = frozenset({"file", "file_id", "length", "model"})


class CaptionRecord(BaseModel):
    """A caption, with how it came about."""

    answer: str
    question: str
    audio: str
    token_ids: list[int]
    token_logprobs: list[float]
    finish_reason: str
    seconds_heard: float
    seconds_total: float | None
    model: str
    mullama: Heard


async def caption(service: Service, form: FormData, *, caller: str, owner: str) -> CaptionRecord:
    """Describe the form's music. Raises ApiError."""
    question = _question(form)
    name, sound = await _sound(service, form, owner)
    with sound:
        path = str(sound.path)
        ticket = service.submit(path, question, caller=caller, sampling={}, param="file")
        try:
            async for _ in deltas(ticket, service.engine.mu.text):
                pass
            record: dict[str, Any] = ticket.result().as_record()
        except MuLlamaError as error:
            raise as_api_error(error, param="file", names={path: name}) from error
        finally:
            ticket.cancel()
    told = {"audio": name, "model": service.model_name, "mullama": heard(ticket, named=name)}
    return CaptionRecord(**{**record, **told})


def _question(form: FormData) -> str:
    unknown = sorted(set(form) - FIELDS)
    if unknown:
        raise ApiError(
            400,
            f"fields are {', '.join(sorted(FIELDS))}",
            param=unknown[0],
            code="unknown_parameter",
        )
    length = form.get("length", "short")
    if not isinstance(length, str) or length not in CAPTIONS:
        raise ApiError(
            400, f"a caption is one of {', '.join(CAPTIONS)}", param="length", code="invalid_value"
        )
    return CAPTIONS[length]


async def _sound(service: Service, form: FormData, owner: str) -> tuple[str, HeldSound]:
    """The music's name and file."""
    file, file_id = form.get("file"), form.get("file_id")
    if (file is None) == (file_id is None):
        raise ApiError(400, "give file or file_id, one of them", param="file", code="missing_file")
    if isinstance(file_id, str):
        name = find(service, file_id, owner).filename
        return name or file_id, service.sounds.uploaded(file_id, owner=owner, param="file_id")
    if not isinstance(file, UploadFile):
        param = "file" if file_id is None else "file_id"
        raise ApiError(400, f"{param} is of the wrong kind", param=param, code="invalid_value")
    name = printable(file.filename or "file")[-MAX_NAME:]
    return name, await service.sounds.put(file_chunks(file.file), param="file")
