import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from mullama.errors import AudioError
from mullama.listen.audio.containers import ContainerSource

Tone = Callable[..., np.ndarray]
Encode = Callable[..., Path]

KINDS = {
    "m4a": ("tone.m4a", "aac", {}),
    "alac": ("tone.m4a", "alac", {}),
    "aac": ("tone.aac", "aac", {"container": "adts"}),
    "webm": ("tone.webm", "libopus", {}),
    "mka": ("tone.mka", "flac", {"container": "matroska"}),
    "wma": ("tone.wma", "wmav2", {"container": "asf"}),
    "mp3": ("tone.mp3", "libmp3lame", {}),
    "mp4 video": ("film.mp4", "aac", {"video": "mpeg4"}),
    "mkv video": ("film.mkv", "ac3", {"video": "mpeg4", "container": "matroska"}),
    "webm video": ("film.webm", "libopus", {"video": "libvpx"}),
    "avi video": ("film.avi", "libmp3lame", {"video": "mpeg4"}),
    "transport stream": ("film.ts", "aac", {"video": "mpeg2video", "container": "mpegts"}),
}
LENGTH_UNKNOWN = {"aac"}
FLV_VIDEO, FLV_DATA = 9, 18


def made(encode: Encode, tone: Tone, kind: str, seconds: float = 2.0, **more: object) -> Path:
    name, codec, settings = KINDS[kind]
    return encode(name, codec, tone(48_000, seconds), 48_000, **settings, **more)


def samples_of(source: ContainerSource) -> np.ndarray:
    try:
        pieces = list(source.pieces())
    finally:
        source.close()
    assert {rate for _, rate in pieces} <= {48_000}
    return np.concatenate([piece for piece, _ in pieces])


def pitch(samples: np.ndarray, rate: int = 48_000) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_whole(encode: Encode, tone: Tone, kind: str) -> None:
    source = ContainerSource(made(encode, tone, kind))
    if kind in LENGTH_UNKNOWN:
        assert source.seconds is None
    else:
        assert source.seconds == pytest.approx(2.0, abs=0.15)
    samples = samples_of(source)
    assert samples.dtype == np.float32
    assert samples.shape[1] == 2
    assert len(samples) == pytest.approx(96_000, abs=4_000)
    assert not source.damaged
    middle = samples[20_000:68_000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.4 / np.sqrt(2), abs=0.02)
    assert pitch(middle[:, 0]) == pytest.approx(220, abs=2)
    assert pitch(middle[:, 1]) == pytest.approx(330, abs=2)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("m4a", {"options": {"movflags": "faststart"}}),
        ("mp4 video", {"options": {"movflags": "faststart"}}),
        ("webm", {}),
        ("mka", {}),
        ("wma", {}),
        ("mp3", {}),
        ("mkv video", {}),
        ("avi video", {}),
    ],
)
def test_what_states_its_length_is_known_to_be_cut_short(
    encode: Encode, tone: Tone, kind: str, more: dict[str, object]
) -> None:
    path = made(encode, tone, kind, 10.0, **more)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = ContainerSource(path)
    samples = samples_of(source)
    assert source.damaged
    assert 96_000 < len(samples) < 400_000


def test_an_m4a_that_lost_its_index_is_refused(encode: Encode, tone: Tone) -> None:
    path = made(encode, tone, "m4a")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AudioError, match=r"tone\.m4a: no sound can be read from it; damaged"):
        ContainerSource(path)


def test_a_sound_track_may_be_shorter_than_its_film(encode: Encode, tone: Tone) -> None:
    path = encode("film.mkv", "ac3", tone(48_000, 1.0), 48_000, container="matroska")
    assert len(samples_of(ContainerSource(path))) == pytest.approx(48_000, abs=2_000)
    film = made(encode, tone, "mkv video", 3.0)
    source = ContainerSource(film)
    samples_of(source)
    assert not source.damaged


def test_damage_in_the_middle_is_skipped(encode: Encode, tone: Tone) -> None:
    path = made(encode, tone, "mp3", 10.0)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    path.write_bytes(content)
    assert len(samples_of(ContainerSource(path))) > 400_000


@pytest.mark.parametrize("layout", ["mono", "5.1", "7.1", "24 channels"])
def test_every_channel_is_read(encode: Encode, layout: str) -> None:
    channels = {"mono": 1, "5.1": 6, "7.1": 8, "24 channels": 24}[layout]
    levels = np.linspace(0.1, 0.9, channels, dtype=np.float32)
    samples = np.tile(levels, (48_000, 1))
    path = encode("levels.mka", "pcm_f32le", samples, 48_000, layout, container="matroska")
    np.testing.assert_array_equal(samples_of(ContainerSource(path)), samples)


def test_planes_of_eight_channels_are_read_within_their_bounds(encode: Encode, tone: Tone) -> None:
    path = encode("tone.m4a", "aac", tone(48_000, 2.0, 8), 48_000, "7.1")
    samples = samples_of(ContainerSource(path))
    assert samples.shape[1] == 8
    assert pitch(samples[20_000:68_000, 1]) == pytest.approx(330, abs=2)


@pytest.mark.parametrize("tagged", [False, True])
def test_the_length_of_an_mp3_without_a_header_is_not_guessed(
    tmp_path: Path, tone: Tone, tagged: bool
) -> None:
    path = tmp_path / "tone.mp3"
    soundfile.write(path, tone(), 44_100)
    content = path.read_bytes()
    tag = b"ID3\x04\x00\x00\x00\x00\x20\x00" + bytes(4096) if tagged else b""
    path.write_bytes(tag + content)
    source = ContainerSource(path)
    source.close()
    assert source.seconds == pytest.approx(2.0, abs=0.1)
    header = content.find(b"Info") if b"Info" in content[:2048] else content.find(b"Xing")
    path.write_bytes(tag + content[:header] + bytes(4) + content[header + 4 :])
    source = ContainerSource(path)
    source.close()
    assert source.seconds is None


def test_a_film_without_sound_is_refused(encode: Encode, tone: Tone) -> None:
    path = encode("silent.mp4", None, tone(), video="mpeg4")
    with pytest.raises(AudioError, match=r"silent\.mp4: has no audio stream that can be decoded"):
        ContainerSource(path)


# Pictures are neither decoded nor flushed

HELD_OUT = """
import resource, sys
from pathlib import Path
from typing import Any
from mullama.listen.audio.containers import ContainerSource
import av, numpy
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
source = ContainerSource(Path(sys.argv[1]))
print(sum(len(piece) for piece, _ in source.pieces()), peak() - before)
"""


def film_of_many_tracks(path: Path, tracks: int, size: int) -> Path:
    """A second of sound and two huge grey pictures, the same in every track."""
    with av.open(str(path), "w", format="matroska") as film:
        sound = film.add_stream("pcm_s16le", rate=48_000, layout="mono")
        pictures = [film.add_stream("libx264", rate=10) for _ in range(tracks)]
        for picture in pictures:
            picture.width = picture.height = size
            picture.options = {"preset": "ultrafast"}
            picture.codec_context.open()
        frame = av.AudioFrame.from_ndarray(np.ones((1, 48_000), np.int16), "s16", "mono")
        frame.rate = 48_000
        film.mux(sound.encode(frame))
        for packet in grey_pictures(pictures[0], size):
            for picture in pictures:
                copy = av.Packet(bytes(packet))
                copy.stream, copy.pts, copy.dts = picture, packet.pts, packet.dts
                copy.time_base, copy.is_keyframe = Fraction(1, 10), packet.is_keyframe
                film.mux(copy)
    return path


def grey_pictures(encoder: Any, size: int) -> list[av.Packet]:
    packets = []
    for index in range(2):
        frame = av.VideoFrame(size, size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.pts, frame.time_base = index, Fraction(1, 10)
        packets += encoder.encode(frame)
    return [*packets, *encoder.encode(None)]


@pytest.mark.skipif("libx264" not in av.codecs_available, reason="this PyAV cannot write h264")
def test_no_picture_is_decoded_to_learn_about_it(tmp_path: Path) -> None:
    film = film_of_many_tracks(tmp_path / "film.mkv", 8, 4096)
    assert film.stat().st_size < 800_000
    done = subprocess.run(
        [sys.executable, "-c", HELD_OUT, film], capture_output=True, text=True, check=True,
        timeout=20,
    )  # fmt: skip
    samples, kilobytes = map(int, done.stdout.split())
    assert samples == 48_000
    assert kilobytes < 60_000


@pytest.mark.parametrize("container", ["matroska", "mpegts"])
def test_a_file_of_very_many_streams_is_refused(tmp_path: Path, container: str) -> None:
    path = tmp_path / "many.bin"
    with av.open(str(path), "w", format=container) as file:
        for _ in range(100):
            stream = file.add_stream("mp2", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.int16), "s16", "mono")
        frame.rate = 48_000
        file.mux(stream.encode(frame))
    with pytest.raises(AudioError, match=r"many\.bin: (has more than 64 streams|no sound can be)"):
        ContainerSource(path)


def test_a_stream_that_is_no_sound_is_not_flushed(encode: Encode, tone: Tone) -> None:
    """A damaged flv: a picture's tag became one of data, which nothing decodes."""
    path = encode("film.flv", "aac", tone(44_100), video="flv")
    content = bytearray(path.read_bytes())
    tag = 13  # behind the header; each tag is its type, its size, seven bytes, its body, four bytes
    while content[tag] != FLV_VIDEO:
        tag += 11 + int.from_bytes(content[tag + 1 : tag + 4], "big") + 4
    content[tag] = FLV_DATA
    path.write_bytes(content)
    pieces = list(ContainerSource(path).pieces())
    assert sum(len(piece) for piece, _ in pieces) == pytest.approx(88_200, abs=4_000)


def test_tags_in_any_encoding_do_not_matter(tmp_path: Path, tone: Tone) -> None:
    path = tmp_path / "tone.mp3"
    soundfile.write(path, tone(48_000), 48_000)
    title = b"TIT2\x00\x00\x00\x05\x00\x00\x03\xff\xfe\xfd\xfc"
    tag = b"ID3\x03\x00\x00\x00\x00\x00" + bytes([len(title)]) + title
    path.write_bytes(tag + path.read_bytes())
    assert len(samples_of(ContainerSource(path))) > 90_000


PLAYLISTS = {
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{sound}\n#EXT-X-ENDLIST\n",
    "list.mp3": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n",
    "list.ffconcat": "ffconcat version 1.0\nfile '{sound}'\n",
    "concat.m4a": "ffconcat version 1.0\nfile '{sound}'\n",
    "call.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    "dash.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    '<Period><AdaptationSet mimeType="audio/mp4"><Representation id="1">'
    "<BaseURL>{sound}</BaseURL></Representation></AdaptationSet></Period></MPD>",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_no_other_file_or_address_is_opened(
    tmp_path: Path, encode: Encode, tone: Tone, name: str
) -> None:
    sound = made(encode, tone, "transport stream")
    path = tmp_path / name
    path.write_text(PLAYLISTS[name].format(sound=sound), encoding="utf-8")
    with pytest.raises(AudioError, match="no sound can be read from it"):
        ContainerSource(path)


def test_a_name_is_never_taken_for_an_address(
    tmp_path: Path, encode: Encode, tone: Tone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sound = made(encode, tone, "mp3")
    for name in ("concat:a|b.mp3", "pipe:0", "%03d.mp3", "Füße, 歌.mp3"):
        os.link(sound, name)
        assert len(samples_of(ContainerSource(Path(name)))) > 90_000
