"""One clip's audio, wherever it lies -> a wav file of the data set, or only its length and digest.

A wav is copied byte for byte; anything else that `mullama.listen` reads is decoded at its own
rate, with its own channels. Does not know numbers or pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mullama.errors import AudioError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.digest import chunks_digest, file_digest
from mullama.listen.audio.open_audio import open_audio
from mullama.listen.audio.samples import Frames, require_finite

BLOCK_BYTES = 1 << 20
MAX_WAV_BYTES = 2**32 - 2**16
"""A wav file keeps its size in 32 bits."""
BYTES_PER_SAMPLE = 2
SYSTEM_ERROR = 2
"""libsndfile's code for all that the disk refuses; it keeps no reason."""


@dataclass(frozen=True)
class Stored:
    """What is known of a clip's file once it was read."""

    sha256: str
    """Of the file that the data set names, in hexadecimal."""
    seconds: float
    damaged: bool
    """Whether something of the audio was missing or did not decode."""


def copy_into(source: Path, target: Path) -> Stored:
    """Put a clip under its name in the data set, whole or not at all.

    Raises AudioError for what cannot be decoded, UsageError where the target cannot be written.
    """
    if not _is_wav(source):
        return _decode_into(source, target)
    seconds, damaged = _measure(source)
    with atomic_file(target) as part, part.open("wb") as file:
        digest = chunks_digest(_copy_blocks(source, file))
    return Stored(digest, seconds, damaged)


def look_at(source: Path) -> Stored:
    """Read a clip without storing it. Raises AudioError for what cannot be decoded."""
    seconds, damaged = _measure(source)
    return Stored(file_digest(source, error_type=AudioError), seconds, damaged)


def _measure(source: Path) -> tuple[float, bool]:
    """Decode everything, store nothing: (seconds, damaged)."""
    seconds = 0.0
    audio = open_audio(source)
    try:
        for piece, rate in audio.pieces():
            seconds += len(piece) / rate
    finally:
        audio.close()
    if not seconds:
        raise AudioError(f"{source}: nothing in it decodes")
    return seconds, audio.damaged


def _decode_into(source: Path, target: Path) -> Stored:
    audio = open_audio(source)
    try:
        with atomic_file(target) as part:
            seconds = _write_pieces(source, audio.pieces(), part)
            digest = file_digest(part)
    finally:
        audio.close()
    return Stored(digest, seconds, audio.damaged)


def _write_pieces(source: Path, pieces: Iterator[tuple[Frames, int]], part: Path) -> float:
    """Write 16-bit samples; how many seconds they last. Raises OSError where the disk refuses."""
    import soundfile

    first = next(pieces, None)
    if first is None:
        raise AudioError(f"{source}: nothing in it decodes")
    shape = (first[1], first[0].shape[1])
    rate, channels = shape
    max_frames = MAX_WAV_BYTES // BYTES_PER_SAMPLE // channels
    try:
        with soundfile.SoundFile(part, "w", rate, channels, "PCM_16", format="WAV") as file:
            file.write(_clip_samples(first[0], source))
            for piece, next_rate in pieces:
                if (next_rate, piece.shape[1]) != shape:
                    raise AudioError(f"{source}: changes its rate or its channels on the way")
                if file.frames + len(piece) > max_frames:
                    raise AudioError(f"{source}: is too long for a wav file")
                file.write(_clip_samples(piece, source))
            return float(file.frames / rate)
    except soundfile.LibsndfileError as error:
        # Told as the failure to write the clip's file by `atomic_file`.
        refused = error.code == SYSTEM_ERROR
        why = "the disk is full or refuses" if refused else error.error_string
        raise OSError(why) from error


def _clip_samples(piece: Frames, source: Path) -> Frames:
    require_finite(piece, str(source))
    return np.clip(piece, -1.0, 1.0)


def _is_wav(path: Path) -> bool:
    head = next(_blocks(path), b"")[:12]
    return head[:4] == b"RIFF" and head[8:] == b"WAVE"


def _copy_blocks(source: Path, file: BinaryIO) -> Iterator[bytes]:
    for block in _blocks(source):
        file.write(block)
        yield block


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise AudioError(f"{path}: cannot be read ({error.strerror})") from error
