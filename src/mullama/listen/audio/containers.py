"""A file that FFmpeg reads -> blocks of float32 samples, (frames, channels), with their rate.

Here are mp3, m4a, aac, webm, mka, wma, Ogg Opus and the sound track of a video, through PyAV. FFmpeg
may open this file alone: only the file protocol, and only formats that hold their own sound. Playlists
and manifests, which would make it open other files or addresses, are refused. It may use audio
decoders only, since a small file can hold many huge pictures. Does not know what the samples are for.
"""

from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from mullama.errors import AudioError
from mullama.listen.audio.samples import Frames
from mullama.listen.audio.truncation import is_truncated
from mullama.printable import printable

FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,matroska,mov,mp3,mp4,mpc,mpc8,"
    "mpeg,mpegts,ogg,tak,tta,voc,w64,wav,webm,wv"
)
"""FFmpeg's names of the formats that may be opened."""
GUESSED_LENGTH = frozenset({"aac", "ac3", "eac3", "dts", "amr"})
"""Formats without a header, whose length FFmpeg only guesses from the bit rate."""
MAX_STREAMS = 64
"""Each costs memory before anything is decoded, an unused one too."""
FRAMES_PER_PIECE = 8192
CUT_SECONDS = 0.5
"""How much earlier than stated a file may end before it counts as cut short."""


class ContainerSource:
    """One pass over a file's best audio stream. Raises `AudioError` when there is none."""

    def __init__(self, path: Path) -> None:
        import av

        self._failure = av.error.FFmpegError
        self._path = path
        self._container = _open(path)
        self._stream = self._container.streams.best("audio")
        if len(self._container.streams) > MAX_STREAMS:
            self.close()
            raise AudioError(f"{printable(path)}: has more than {MAX_STREAMS} streams")
        if self._stream is None or self._stream.codec_context is None:
            self.close()
            raise AudioError(f"{printable(path)}: has no audio stream that can be decoded")
        self.seconds = self._stated_seconds()
        self.damaged = is_truncated(path)

    def pieces(self) -> Iterator[tuple[Frames, int]]:
        """Yield blocks and the rate in Hz, skipping what does not decode."""
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
                index = packet.stream.index  # not `stream_index`: a flushing packet has 0 there
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


def _open(path: Path) -> Any:
    import av

    options = {
        "protocol_whitelist": "file",
        "format_whitelist": FORMATS,
        "codec_whitelist": audio_decoders(),
        "max_streams": str(MAX_STREAMS + 1),
    }
    try:
        # As `options` they would reach each stream too, and older PyAV frees too many of those when streams
        # begin on the way.
        return av.open(
            f"file:{path.absolute()}", container_options=options, metadata_errors="replace"
        )
    except av.error.FFmpegError as error:
        raise AudioError(
            f"{printable(path)}: no sound can be read from it;"
            " damaged, or of a format not known here"
        ) from error


@cache
def audio_decoders() -> str:
    """The names of all audio decoders, as FFmpeg's options take them.

    The first call loads FFmpeg. Without such a list it decodes pictures merely to learn their format, before
    it is asked to.
    """
    import av

    names = []
    for name in sorted(av.codecs_available):
        try:
            codec = av.Codec(name, "r")
        except ValueError:  # an encoder
            continue
        if codec.type == "audio":
            names.append(codec.name)
    return ",".join(names)


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
