"""Makes sound files of every kind for the tests of listening."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

Encode = Callable[..., Path]


@pytest.fixture
def tone() -> Callable[..., np.ndarray]:
    """`tone(rate, seconds, channels)`: (frames, channels), another pitch on each channel."""

    def make(rate: int = 44_100, seconds: float = 2.0, channels: int = 2) -> np.ndarray:
        instants = np.arange(round(rate * seconds))[:, None] / rate
        pitch = 220.0 * (1 + np.arange(channels)[None] / 2)
        return (0.4 * np.sin(2 * np.pi * pitch * instants)).astype(np.float32)

    return make


@pytest.fixture
def encode(tmp_path: Path) -> Encode:
    """`encode(name, codec, samples, rate, layout)`: a file that FFmpeg writes."""

    def write(
        name: str,
        codec: str | None,
        samples: np.ndarray,
        rate: int = 44_100,
        layout: str = "stereo",
        *,
        container: str | None = None,
        video: str | None = None,
        options: dict[str, str] | None = None,
        codec_options: dict[str, str] | None = None,
        bit_rate: int = 128_000,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", format=container, options=options or {}) as file:
            kind = {"rate": rate, "layout": layout, "options": codec_options or {}}
            sound = file.add_stream(codec, **kind) if codec else None
            picture = file.add_stream(video, rate=10) if video else None
            if picture is not None:
                picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
                _write_pictures(file, picture, 10 * len(samples) // rate)
            if sound is not None:
                sound.bit_rate = bit_rate
                _write_sound(file, sound, samples, rate, layout)
        return path

    return write


def _write_pictures(file: av.container.OutputContainer, stream: object, count: int) -> None:
    for index in range(count):
        shade = np.full((64, 64, 3), index % 255, dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(shade, format="rgb24")
        frame.pts, frame.time_base = index, Fraction(1, 10)
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def _write_sound(
    file: av.container.OutputContainer,
    stream: object,
    samples: np.ndarray,
    rate: int,
    layout: str,
) -> None:
    stream.codec_context.open(strict=False)  # before that the size of its frames is not known
    packed = np.ascontiguousarray(samples.reshape(1, -1))
    frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
    frame.rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    cutter = av.AudioResampler(
        format=stream.format, layout=layout, rate=rate, frame_size=stream.frame_size or 1024
    )
    for piece in [*cutter.resample(frame), *cutter.resample(None)]:
        file.mux(stream.encode(piece))
    file.mux(stream.encode(None))
