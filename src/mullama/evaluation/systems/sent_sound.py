"""A sound file -> the bytes that a server is sent: as they are, or as 16-bit wav at one rate.

Of local files alone, of any format that is read here, and never more than a limit. Does not send them.
"""

import io
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from mullama.errors import AudioError, UsageError
from mullama.listen.audio.reader import AudioReader
from mullama.printable import printable

HEAD_BYTES = 22
"""Enough to tell wav of integers and mp3."""
INTEGERS = (1).to_bytes(2, "little")
"""WAVE_FORMAT_PCM: not every server reads floats, or compressed wav."""
MIME_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}


@dataclass(frozen=True)
class SentSound:
    """The content of a wav or mp3 file."""

    data: bytes
    form: Literal["wav", "mp3"]

    @property
    def base64(self) -> str:
        """As JSON can hold it."""
        return b64encode(self.data).decode()

    @property
    def data_url(self) -> str:
        """As RFC 2397 has it."""
        return f"data:{MIME_TYPES[self.form]};base64,{self.base64}"


def read_sound(path: Path, *, rate: int, seconds: float | None, max_bytes: int) -> SentSound:
    """Wav of integers and mp3 as they are; what is of another format, too long or too large, at `rate` Hz.

    Raises AudioError for what cannot be read, UsageError for what stays larger than `max_bytes`.
    """
    form = _form(path)
    if form is not None and seconds is None and path.stat().st_size <= max_bytes:
        return SentSound(path.read_bytes(), form)
    return SentSound(wav_bytes(path, rate=rate, seconds=seconds, max_bytes=max_bytes), "wav")


def wav_bytes(path: Path, *, rate: int, seconds: float | None, max_bytes: int) -> bytes:
    """The first `seconds` of a file as mono 16-bit wav at `rate` Hz. Raises like `read_sound`."""
    import soundfile

    content = io.BytesIO()
    with (
        AudioReader(path, rate, limit_seconds=seconds) as reader,
        soundfile.SoundFile(content, "w", rate, 1, "PCM_16", format="WAV") as file,
    ):
        for block in reader.blocks():
            file.write(np.clip(block, -1, 1))
            if content.tell() > max_bytes:
                raise UsageError(
                    f"{printable(path)}: takes more than {max_bytes} bytes as wav at {rate} Hz: give"
                    " `seconds`, a lower `rate` or a higher `max_bytes`"
                )
    return content.getvalue()


def _form(path: Path) -> Literal["wav", "mp3"] | None:
    """By the first bytes; None for another format. Raises AudioError."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        why = error.strerror or error
        raise AudioError(f"{printable(path)}: cannot be opened: {why}") from error
    if head[:4] == b"RIFF" and head[8:16] == b"WAVEfmt " and head[20:] == INTEGERS:
        return "wav"
    # The sign of a frame, layer III (ISO 11172-3, 2.4.1.3).
    is_frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return "mp3" if head[:3] == b"ID3" or is_frame else None
