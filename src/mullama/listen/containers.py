"""A file that FFmpeg reads -> blocks of float32 samples, (frames, channels), with their rate.

Here are mp3, m4a, aac, webm, mka, wma and the sound track of a video, through PyAV. FFmpeg is kept
to files: only the file protocol, and only formats that hold their own sound. Play lists and
manifests, which would make it open other files or addresses, are refused. Does not know what the
samples are for.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mullama.errors import AudioError
from mullama.listen.samples import Samples, as_float

FORMATS = (
    "aac ac3 aiff amr ape asf au avi caf dsf dts eac3 flac flv matroska mov mp3 mp4 mpc mpc8 mpeg"
    " mpegts ogg tak tta voc w64 wav webm wv"
).split()
"""FFmpeg's names of the formats that may be opened."""
GUESSED_LENGTH = frozenset({"aac", "ac3", "eac3", "dts", "amr"})
"""Formats without a header, whose length FFmpeg only guesses from the bit rate."""
FRAMES_PER_PIECE = 8192
CUT_SECONDS = 0.5
"""How much earlier than stated a file may end before it counts as cut short."""


class ContainerSource:
    """One pass over a file's best audio stream. Raises `AudioError` when there is none."""

    def __init__(self, path: Path) -> None:
        import av

        self._failure = av.error.FFmpegError
        self._path = path
        try:
            self._container = av.open(
                f"file:{path.absolute()}",
                options={"protocol_whitelist": "file", "format_whitelist": ",".join(FORMATS)},
                metadata_errors="replace",
            )
        except av.error.FFmpegError as error:
            raise AudioError(
                f"{path}: no sound can be read from it; it is damaged, or of a format not known here"
            ) from error
        self._stream = self._container.streams.best("audio")
        if self._stream is None or self._stream.codec_context is None:
            self.close()
            raise AudioError(f"{path}: has no audio stream that can be decoded")
        self.seconds = self._stated_seconds()
        self.damaged = False

    def pieces(self) -> Iterator[tuple[Samples, int]]:
        """Yield (frames, channels) and the rate in Hz, skipping what does not decode."""
        waiting: list[Samples] = []
        shape = (0, 0)
        frames = 0
        for frame in self._frames():
            samples = _interleaved(frame, str(self._path))
            if waiting and (frames >= FRAMES_PER_PIECE or shape != _shape(frame)):
                yield np.concatenate(waiting), shape[0]
                waiting, frames = [], 0
            shape = _shape(frame)
            waiting.append(samples)
            frames += len(samples)
        if waiting:
            yield np.concatenate(waiting), shape[0]

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def _frames(self) -> Iterator[Any]:
        """Decode packet by packet; note on the way how far the file as a whole goes."""
        end = 0.0
        try:
            for packet in self._container.demux():
                if packet.pts is not None and packet.time_base is not None:
                    ticks = packet.pts + (packet.duration or 0)
                    end = max(end, float(ticks * packet.time_base))
                if packet.stream.index == self._stream.index:
                    yield from self._decoded(packet)
        except self._failure:
            self.damaged = True
        container = self._container
        if self.seconds is not None and container.duration is not None:
            start = (container.start_time or 0) / 1e6
            self.damaged |= end - start < container.duration / 1e6 - CUT_SECONDS

    def _decoded(self, packet: Any) -> list[Any]:
        try:
            return [frame for frame in packet.decode() if frame.samples]
        except self._failure:
            self.damaged = True
            return []

    def _stated_seconds(self) -> float | None:
        """What the file says of its length; None where it says nothing."""
        name = self._container.format.name
        if name in GUESSED_LENGTH or (name == "mp3" and not _mp3_states_length(self._path)):
            return None
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        return None if self._container.duration is None else self._container.duration / 1e6


def _shape(frame: Any) -> tuple[int, int]:
    return frame.sample_rate, frame.layout.nb_channels


def _interleaved(frame: Any, name: str) -> Samples:
    """(frames, channels) of an FFmpeg frame, whether its planes are apart or packed."""
    samples = as_float(frame.to_ndarray(), name)
    return samples.T if frame.format.is_planar else samples.reshape(frame.samples, -1)


def _mp3_states_length(path: Path) -> bool:
    """Whether the first mp3 frame, behind any ID3 tag, is a header that counts the others."""
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3" and len(head) == 10:
            size = 0
            for digit in head[6:]:  # seven bits a byte
                size = size << 7 | digit & 0x7F
            file.seek(10 + size)
        else:
            file.seek(0)
        first = file.read(2048)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))
