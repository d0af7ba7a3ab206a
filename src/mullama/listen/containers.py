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
from mullama.listen.samples import Samples

FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,matroska,mov,mp3,mp4,mpc,mpc8,"
    "mpeg,mpegts,ogg,tak,tta,voc,w64,wav,webm,wv"
)
"""FFmpeg's names of the formats that may be opened."""
GUESSED_LENGTH = frozenset({"aac", "ac3", "eac3", "dts", "amr"})
"""Formats without a header, whose length FFmpeg only guesses from the bit rate."""
FRAMES_PER_PIECE = 8192
UNKNOWN_SIZE = 0x7FFF0000
"""A file said to be this large or larger was written to a pipe: its size was not known."""
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
                options={"protocol_whitelist": "file", "format_whitelist": FORMATS},
                metadata_errors="replace",
            )
        except av.error.FFmpegError as error:
            raise AudioError(
                f"{path}: no sound can be read from it; damaged, or of a format not known here"
            ) from error
        self._stream = self._container.streams.best("audio")
        if self._stream is None or self._stream.codec_context is None:
            self.close()
            raise AudioError(f"{path}: has no audio stream that can be decoded")
        self.seconds = self._stated_seconds()
        self.damaged = _riff_cut_short(path)

    def pieces(self) -> Iterator[tuple[Samples, int]]:
        """Yield (frames, channels) and the rate in Hz, skipping what does not decode."""
        waiting: list[Samples] = []
        shape = (0, 0)
        frames = 0
        for frame in self._packed():
            samples = np.asarray(frame.to_ndarray().reshape(frame.samples, -1), dtype=np.float32)
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

    def _packed(self) -> Iterator[Any]:
        """The frames with their channels interleaved, as float32.

        FFmpeg converts, not `to_ndarray`: PyAV up to 18.1 at least reads past the end of a planar
        frame of eight channels or more.
        """
        import av

        kind, converter = None, av.AudioResampler(format="flt")
        for frame in self._frames():
            if kind != (kind := (frame.format.name, frame.layout.name, frame.sample_rate)):
                converter = av.AudioResampler(format="flt")
            try:
                yield from converter.resample(frame)
            except self._failure:
                self.damaged = True

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
        except IndexError:  # PyAV, flushing a stream that began only on the way; ours is through
            pass
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


def _riff_cut_short(path: Path) -> bool:
    """Whether a RIFF file (avi, for one) says that it is longer than it is."""
    with path.open("rb") as file:
        head = file.read(8)
    size = 8 + int.from_bytes(head[4:], "little")
    return head[:4] == b"RIFF" and path.stat().st_size < size < UNKNOWN_SIZE


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
