"""/v1/captions: a file in a form, or an upload's id -> the record that `mullama catalogue` writes."""

import asyncio
from contextlib import ExitStack

from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from mullama import __version__
from mullama.answer.answer import CAPTIONS
from mullama.catalogue.caption_options import TextOptions
from mullama.catalogue.closed import closed_questions, with_chosen
from mullama.catalogue.compose import Maker, compose
from mullama.catalogue.describe import GREEDY, said, sound_answers
from mullama.catalogue.questions import all_questions
from mullama.catalogue.sound_answers import Said
from mullama.engine import Ticket
from mullama.errors import MuLlamaError
from mullama.jobs.digest import file_digest
from mullama.printable import printable
from mullama.serving.chat import require_model
from mullama.serving.refusals import ApiError, as_api_error
from mullama.serving.replies import Heard, heard
from mullama.serving.service import Service
from mullama.serving.sound_store import HeldSound
from mullama.serving.ticket_stream import chosen, deltas
from mullama.serving.uploads import MAX_NAME, file_chunks, find, require_fields

FIELDS = frozenset({"file", "file_id", "length", "model"})


class CaptionField(BaseModel):
    """One fact; see `mullama.catalogue.record.Field`."""

    value: str | None
    probability: float
    text: str
    calibrated: bool


class CaptionAnswer(BaseModel):
    """A caption record (see `mullama.catalogue.record.CaptionRecord`), and what was listened to."""

    path: str
    digest: str
    seconds: float | None
    seconds_heard: float
    text: str
    caption: str
    long_caption: str
    variants: list[str]
    fields: dict[str, CaptionField]
    trigger: str
    model: str
    prompt: str
    version: str
    min_confidence: float
    mullama: Heard


async def caption(service: Service, form: FormData, *, caller: str, owner: str) -> CaptionAnswer:
    """Describe the form's music. Raises ApiError."""
    options = _options(form)
    if (asked := form.get("model")) is not None:
        require_model(service, str(asked))
    name, sound = await _sound(service, form, owner)
    with sound, ExitStack() as ending:
        path = str(sound.path)
        try:
            digest = await asyncio.to_thread(file_digest, sound.path)
            tickets: dict[str, Ticket] = {}
            longest = min(service.limits.max_answer, GREEDY["max_new_tokens"] or 1)
            for asked, question in all_questions({}).items():
                tickets[asked] = service.submit(
                    path,
                    question,
                    caller=caller,
                    sampling={**GREEDY, "max_new_tokens": longest},
                    param="file",
                )
                ending.callback(tickets[asked].cancel)
            for ticket in tickets.values():
                async for _ in deltas(ticket, service.engine.mu.text):
                    pass
            answers = {asked: said(one.result()) for asked, one in tickets.items()}
            if service.engine.mu.calibration.fitted:
                answers = await _with_chosen(service, path, answers, caller, ending)
            song = tickets["short"].song
            assert song is not None  # there is an answer about it
            found = sound_answers(digest, song, answers)
        except MuLlamaError as error:
            raise as_api_error(error, param="file", names={path: name}) from error
    maker = Maker(service.model_name, service.engine.mu.prompt_name, __version__)
    record = compose(name, found, options, maker).to_json()
    return CaptionAnswer(**record, mullama=heard(tickets["short"], named=name))


async def _with_chosen(
    service: Service, path: str, answers: dict[str, Said], caller: str, ending: ExitStack
) -> dict[str, Said]:
    """The answers with their probability among all that might be said; see closed.py."""
    asked = closed_questions(answers, service.engine.mu.calibration.forms)
    tickets = [
        service.submit_choices(path, one.question, one.choices, min_probability=0.0, caller=caller)
        for one in asked
    ]
    for ticket in tickets:
        ending.callback(ticket.cancel)
    return with_chosen(answers, asked, [await chosen(ticket) for ticket in tickets])


def _options(form: FormData) -> TextOptions:
    require_fields(form, FIELDS)
    length = form.get("length", "short")
    if length not in CAPTIONS:
        raise ApiError(
            400, f"a caption is one of {', '.join(CAPTIONS)}", param="length", code="invalid_value"
        )
    return TextOptions(length="long" if length == "long" else "short")


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
