"""A part of a request that brings a sound -> a file that is held while the question is answered."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Iterable
from urllib.parse import unquote_to_bytes

from mullama.jobs.digest import DIGEST_CHARACTERS
from mullama.serving.chat_request import AudioUrlPart, FilePart, SoundPart
from mullama.serving.fetch import AudioFetcher
from mullama.serving.refusals import RETRY_SECONDS, ApiError
from mullama.serving.room import NoRoomError
from mullama.serving.sound_store import HeldSound, SoundStore, Upload

ID_PREFIX = "file-"
"""Of an uploaded file's id; the digest of its content follows."""


class Sounds:
    """Turns parts into files."""

    def __init__(self, store: SoundStore, fetcher: AudioFetcher) -> None:
        self.store, self._fetcher = store, fetcher

    async def open(self, part: SoundPart, *, param: str, owner: str) -> HeldSound:
        """The file of a part, to be released. Raises ApiError about `param`, its field."""
        if isinstance(part, FilePart) and part.file.file_id is not None:
            return self.uploaded(part.file.file_id, owner=owner, param=param)
        data = await self._bytes(part, param)
        if not data:
            raise ApiError(400, "the sound is empty", param=param, code="invalid_value")
        return await self.put([data], param=param)

    def uploaded(self, file_id: str, *, owner: str, param: str) -> HeldSound:
        """The file with an upload's id."""
        held = self.store.hold(digest_of(file_id, param=param), owner)
        if held is None:
            raise unknown_file(param)
        return held

    async def put(self, chunks: Iterable[bytes], *, param: str) -> HeldSound:
        """Bytes as a file, to be released."""
        writing = asyncio.ensure_future(asyncio.to_thread(self.store.put, chunks))
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            writing.add_done_callback(_let_go)  # the thread goes on, for nobody
            raise
        except NoRoomError as error:
            raise store_full(param) from error

    async def _bytes(self, part: SoundPart, param: str) -> bytes:
        """What the part holds or points to."""
        match part:
            case AudioUrlPart():
                text = part.audio_url.url
                if not _is_data_url(text):
                    return await self._fetcher.fetch(text, param=param)
            case FilePart():
                text = part.file.file_data or ""
            case _:
                text = part.input_audio.data
        decode: Callable[..., bytes] = from_data_url if _is_data_url(text) else from_base64
        return await asyncio.to_thread(decode, text, param=param)


def from_base64(text: str, *, param: str) -> bytes:
    """RFC 4648, with padding; line ends in it are passed over."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiError(
            400, "the data cannot be read as base64", param=param, code="invalid_base64"
        ) from error


def from_data_url(url: str, *, param: str) -> bytes:
    """RFC 2397: data:audio/wav;base64,... or percent-encoded."""
    about, comma, data = url[len("data:") :].partition(",")
    if not comma:
        raise ApiError(400, "the data: URL has no comma", param=param, code="invalid_value")
    if about.lower().rstrip().endswith(";base64"):
        return from_base64(data, param=param)
    return unquote_to_bytes(data)


def digest_of(file_id: str, *, param: str) -> str:
    """The digest in an upload's id; raises ApiError for what is none."""
    digest = file_id.removeprefix(ID_PREFIX)
    if len(digest) != DIGEST_CHARACTERS or not set(digest) <= set("0123456789abcdef"):
        raise unknown_file(param)
    return digest


def id_of(upload: Upload) -> str:
    """What clients call an upload."""
    return f"{ID_PREFIX}{upload.digest}"


def unknown_file(param: str) -> ApiError:
    """For an id that is not, or no longer, this caller's."""
    return ApiError(
        404,
        "there is no such file, or it has expired: upload it (again)",
        param=param,
        code="file_not_found",
    )


def store_full(param: str) -> ApiError:
    """For a sound that there is no room for."""
    message = "there is no room for it at the moment: try again later"
    return ApiError(503, message, param=param, code="storage_full", retry_after=RETRY_SECONDS)


def _is_data_url(text: str) -> bool:
    return text[:5].lower() == "data:"


def _let_go(writing: "asyncio.Future[HeldSound]") -> None:
    if not writing.cancelled() and writing.exception() is None:
        writing.result().release()
