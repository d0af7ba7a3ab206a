"""Writes sound files of every kind, by PyAV's encoders and by libsndfile."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile


def tone(rate: int = 44_100, seconds: float = 2.0, channels: int = 2) -> np.ndarray:
    """Samples (frames, channels), another pitch on each channel."""
    instants = np.arange(round(rate * seconds))[:, None] / rate
    pitch = 220.0 * (1 + np.arange(channels)[None] / 2)
    return (0.4 * np.sin(2 * np.pi * pitch * instants)).astype(np.float32)


def write_container(
    path: Path,
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
    """A file that FFmpeg writes: a sound, a film, or both."""
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


SOUNDFILES = {
    "wav": ("WAV", "PCM_16"),
    "float.wav": ("WAV", "FLOAT"),
    "adpcm.wav": ("WAV", "IMA_ADPCM"),
    "aiff": ("AIFF", "PCM_16"),
    "au": ("AU", "ULAW"),
    "w64": ("W64", "PCM_24"),
    "flac": ("FLAC", "PCM_16"),
    "vorbis.ogg": ("OGG", "VORBIS"),
    "opus.ogg": ("OGG", "OPUS"),
}
"""The end of a name -> libsndfile's format and coding."""
CONTAINERS: dict[str, tuple[str, dict[str, str]]] = {
    "mp3": ("libmp3lame", {}),
    "m4a": ("aac", {}),
    "alac.m4a": ("alac", {}),
    "aac": ("aac", {"container": "adts"}),
    "webm": ("libopus", {}),
    "mka": ("flac", {"container": "matroska"}),
    "wma": ("wmav2", {"container": "asf"}),
    "ac3": ("ac3", {}),
    "wv": ("wavpack", {}),
    "caf": ("pcm_s16le", {}),
    "mp4": ("aac", {"video": "mpeg4"}),
    "mkv": ("ac3", {"video": "mpeg4", "container": "matroska"}),
    "avi": ("libmp3lame", {"video": "mpeg4"}),
    "flv": ("aac", {"video": "flv"}),
    "ts": ("aac", {"video": "mpeg2video", "container": "mpegts"}),
}
"""The end of a name -> the sound's codec, and more options of `write_container`."""


def write_every_kind(folder: Path, seconds: float) -> list[Path]:
    """One small file of each format."""
    written = []
    for suffix, (container, coding) in SOUNDFILES.items():
        written.append(folder / f"tone.{suffix}")
        samples = tone(48_000, seconds)
        soundfile.write(written[-1], samples, 48_000, format=container, subtype=coding)
    for suffix, (codec, more) in CONTAINERS.items():
        path = folder / f"tone.{suffix}"
        written.append(write_container(path, codec, tone(48_000, seconds), 48_000, **more))
    return written


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
