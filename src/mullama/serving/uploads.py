"""/v1/files: long files are sent once, and asked about by their id as often as one likes."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import BinaryIO, Literal

from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from mullama.errors import AudioError
from mullama.listen.audio.reader import AudioReader
from mullama.printable import printable
from mullama.serving.refusals import ApiError, as_api_error
from mullama.serving.room import NoRoomError
from mullama.serving.service import Service
from mullama.serving.sound_store import Upload
from mullama.serving.sounds import digest_of, id_of, store_full, unknown_file

MAX_NAME = 255
CHUNK_BYTES = 1 << 20
MAX_FIELDS = 8
PURPOSE = "user_data"
"""What files are for: to be asked about."""
FIELDS = frozenset({"file", "purpose"})


class FileObject(BaseModel):
    """An uploaded file, in OpenAI's words."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    expires_at: int
    filename: str
    purpose: Literal["user_data"] = "user_data"
    status: Literal["processed"] = "processed"


class FileList(BaseModel):
    """All files of a caller."""

    object: Literal["list"] = "list"
    data: list[FileObject]
    has_more: Literal[False] = False


class Deleted(BaseModel):
    """A file that is gone."""

    id: str
    object: Literal["file"] = "file"
    deleted: Literal[True] = True


def read_form(request: Request) -> AbstractAsyncContextManager[FormData]:
    """The fields of a form; its file waits on disk meanwhile. Raises ApiError for what is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise ApiError(
            415, "send a form (multipart/form-data)", param="Content-Type", code="no_form"
        )
    return request.form(max_files=1, max_fields=MAX_FIELDS)


def require_fields(form: FormData, fields: frozenset[str]) -> None:
    """Raises ApiError for a field that the form has beside these: nothing is dropped silently."""
    unknown = sorted(set(form) - fields)
    if unknown:
        raise ApiError(
            400,
            f"fields are {', '.join(sorted(fields))}",
            param=unknown[0],
            code="unknown_parameter",
        )


async def save(service: Service, form: FormData, *, owner: str) -> Upload:
    """Keep the form's file. Raises ApiError for what is no music, or where there is no room."""
    require_fields(form, FIELDS)
    if form.get("purpose", PURPOSE) != PURPOSE:
        raise ApiError(
            422,
            f"files are kept to be asked about: purpose is {PURPOSE} or left out",
            param="purpose",
            code="unsupported_value",
        )
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise ApiError(400, "the form has no file", param="file", code="missing_file")
    name = printable(file.filename or "")[-MAX_NAME:]
    return await asyncio.to_thread(_save, service, file.file, name, owner)


def _save(service: Service, file: BinaryIO, name: str, owner: str) -> Upload:
    store, limits = service.sounds.store, service.limits
    rate = service.engine.mu.model.encoder.sample_rate
    try:
        with store.put(file_chunks(file)) as held:
            AudioReader(held.path, rate, max_seconds=limits.max_seconds).close()
            return store.promise(held, name=name, owner=owner)
    except NoRoomError as error:
        raise store_full("file") from error
    except AudioError as error:
        raise as_api_error(error, param="file", names={str(held.path): name or "file"}) from error


def file_chunks(file: BinaryIO) -> Iterator[bytes]:
    """A file's bytes from its beginning."""
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def listed(service: Service, owner: str) -> FileList:
    """All files of `owner`."""
    return FileList(data=[as_object(upload) for upload in service.sounds.store.uploads(owner)])


def find(service: Service, file_id: str, owner: str) -> FileObject:
    """One file; raises ApiError where `owner` has none of that id."""
    upload = service.sounds.store.upload(digest_of(file_id, param="file_id"), owner)
    if upload is None:
        raise unknown_file("file_id")
    return as_object(upload)


def delete(service: Service, file_id: str, owner: str) -> Deleted:
    """Forget one file; raises ApiError where `owner` has none of that id."""
    if not service.sounds.store.forget(digest_of(file_id, param="file_id"), owner):
        raise unknown_file("file_id")
    return Deleted(id=file_id)


def as_object(upload: Upload) -> FileObject:
    """As clients are told of an upload."""
    return FileObject(
        id=id_of(upload),
        bytes=upload.nbytes,
        created_at=int(upload.created),
        expires_at=int(upload.expires),
        filename=upload.name,
    )
