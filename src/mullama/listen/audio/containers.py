"""A file that FFmpeg reads -> blocks of float32 samples, (frames, channels), with their rate.

Here are mp3, m4a, aac, webm, mka, wma and the sound track of a video, through PyAV. FFmpeg is kept
to files: only the file protocol, and only formats that hold their own sound. Play lists and
manifests, which would make it open other files or addresses, are refused. Does not know what the
samples are for.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from mullama.errors import AudioError
from mullama.listen.audio.samples import Samples

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
        for frame in self._packed():
            samples = frame.to_ndarray().reshape(frame.samples, -1)
            yield np.asarray(samples, dtype=np.float32), frame.sample_rate

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def _packed(self) -> Iterator[Any]:
        """The frames as larger ones, float32 with their channels interleaved.

        FFmpeg interleaves, not `to_ndarray`: PyAV up to 18.1 at least reads past the end of a
        planar frame of eight channels or more.
        """
        kind, converter = None, self._converter()
        for frame in chain(self._frames(), [None]):
            try:
                if frame is None:
                    yield from converter.resample(None)
                    return
                if kind != (kind := (frame.format.name, frame.layout.name, frame.sample_rate)):
                    yield from converter.resample(None)
                    converter = self._converter()
                yield from converter.resample(frame)
            except self._failure:
                self.damaged = True
                kind, converter = None, self._converter()

    def _frames(self) -> Iterator[Any]:
        """Decode packet by packet; note on the way how far the file as a whole goes."""
        ends: dict[int, int] = {}  # of each stream, in its own ticks
        ours = self._stream.index
        try:
            for packet in self._container.demux():
                index = packet.stream_index
                if packet.pts is not None:
                    ends[index] = max(ends.get(index, 0), packet.pts + (packet.duration or 0))
                if index == ours:
                    yield from self._decoded(packet)
        except self._failure:
            self.damaged = True
        except IndexError:  # PyAV, flushing a stream that began only on the way; ours is through
            pass
        self.damaged |= self._ends_early(ends)

    def _decoded(self, packet: Any) -> list[Any]:
        try:
            return [frame for frame in packet.decode() if frame.samples]
        except self._failure:
            self.damaged = True
            return []

    def _ends_early(self, ends: dict[int, int]) -> bool:
        """Whether no stream, not even the picture's, goes as far as the file says."""
        container = self._container
        if self.seconds is None or container.duration is None:
            return False
        bases = {index: container.streams[index].time_base or 0 for index in ends}
        end = max((float(ticks * bases[index]) for index, ticks in ends.items()), default=0.0)
        stated = ((container.start_time or 0) + container.duration) / 1e6
        return end < float(stated) - CUT_SECONDS

    def _converter(self) -> Any:
        import av

        return av.AudioResampler(format="flt", frame_size=FRAMES_PER_PIECE)

    def _stated_seconds(self) -> float | None:
        """What the file says of its length; None where it says nothing."""
        name = self._container.format.name
        if name in GUESSED_LENGTH or (name == "mp3" and not _mp3_states_length(self._path)):
            return None
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        return None if self._container.duration is None else self._container.duration / 1e6


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
