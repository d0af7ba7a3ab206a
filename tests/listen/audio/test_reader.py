import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.errors import AudioError, UsageError
from mullama.listen.audio.reader import SERVICE_MAX_SECONDS, AudioReader, from_array
from paths import GOLDEN

Tone = Callable[..., np.ndarray]
Encode = Callable[..., Path]
RATE = 24_000


def wav(folder: Path, samples: np.ndarray, rate: int = 44_100, coding: str = "FLOAT") -> Path:
    path = folder / "sound.wav"
    soundfile.write(path, samples, rate, subtype=coding)
    return path


def refusal(path: Path | str) -> str:
    with pytest.raises(AudioError) as error:
        AudioReader(path, RATE).waveform()
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


# What comes out


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_channel_count_become_mono(
    tmp_path: Path, tone: Tone, rate: int, channels: int
) -> None:
    reader = AudioReader(wav(tmp_path, tone(rate, 2.0, channels), rate), RATE)
    assert reader.seconds_total == 2.0
    blocks = list(reader.blocks())
    assert all(block.dtype == np.float32 and block.ndim == 1 and len(block) for block in blocks)
    expected = tone(RATE, 2.0, channels).mean(axis=1)
    waveform = np.concatenate(blocks)
    assert waveform.shape == expected.shape
    np.testing.assert_allclose(waveform[500:-500], expected[500:-500], rtol=0, atol=1e-3)
    assert reader.seconds_heard == reader.seconds_total == 2.0
    assert reader.warnings == []


@pytest.mark.parametrize("coding", ["PCM_16", "PCM_24", "PCM_32", "PCM_U8", "DOUBLE", "ULAW"])
def test_any_sample_type_has_full_scale_one(tmp_path: Path, tone: Tone, coding: str) -> None:
    waveform = AudioReader(wav(tmp_path, tone(RATE), RATE, coding), RATE).waveform()
    np.testing.assert_allclose(waveform, tone(RATE).mean(axis=1), rtol=0, atol=0.02)


def test_files_go_to_the_reader_that_knows_them(tmp_path: Path, tone: Tone, encode: Encode) -> None:
    expected = tone(48_000).mean(axis=1)
    for name, codec in [("a.m4a", "aac"), ("a.webm", "libopus"), ("a.mp3", "libmp3lame")]:
        path = encode(name, codec, tone(48_000), 48_000)
        misnamed = path.rename(tmp_path / f"{path.name}.flac")  # content decides, not the name
        waveform = AudioReader(misnamed, 48_000).waveform()
        assert len(waveform) == pytest.approx(96_000, abs=4_000)
        assert waveform[20_000:68_000].std() == pytest.approx(expected.std(), abs=0.02)


def test_a_second_pass_starts_over(tmp_path: Path, tone: Tone) -> None:
    reader = AudioReader(wav(tmp_path, tone()), RATE)
    first, second = reader.waveform(), reader.waveform()
    np.testing.assert_array_equal(first, second)
    assert reader.seconds_heard == 2.0


def test_an_unread_file_is_closed(tmp_path: Path, tone: Tone) -> None:
    path = wav(tmp_path, tone())
    with AudioReader(path, RATE) as reader:
        assert reader.seconds_total == 2.0
    assert len(reader.waveform()) == 48_000


def test_a_stream_may_change_its_rate_on_the_way(tmp_path: Path, tone: Tone) -> None:
    parts = []
    for rate, channels in [(44_100, 2), (22_050, 1)]:
        soundfile.write(tmp_path / "part.mp3", tone(rate, 2.0, channels), rate)
        parts.append((tmp_path / "part.mp3").read_bytes())
    path = tmp_path / "both.mp3"
    path.write_bytes(b"".join(parts))
    reader = AudioReader(path, RATE)
    assert len(reader.waveform()) == pytest.approx(4 * RATE, abs=RATE // 5)


# How much is read


def test_a_limit_cuts_to_the_sample(tmp_path: Path, tone: Tone) -> None:
    path = wav(tmp_path, tone())
    reader = AudioReader(path, RATE, limit_seconds=0.5)
    part = reader.waveform()
    assert len(part) == RATE // 2
    np.testing.assert_array_equal(part, AudioReader(path, RATE).waveform()[: RATE // 2])
    assert reader.seconds_heard == 0.5
    assert reader.seconds_total == 2.0


def test_as_published_reads_the_first_minute(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 61 * 8_000).astype(np.float32)
    path = wav(tmp_path, noise, 8_000)
    reader = AudioReader(path, RATE, as_published=True)
    assert len(reader.waveform()) == 60 * RATE
    assert (reader.seconds_heard, reader.seconds_total) == (60.0, 61.0)
    whole = AudioReader(path, RATE, as_published=True, limit_seconds=100.0)
    assert len(whole.waveform()) == 61 * RATE


def test_as_published_resamples_its_own_way(tmp_path: Path, tone: Tone) -> None:
    golden = np.load(GOLDEN / "resample.npz")
    path = wav(tmp_path, golden["tail_pcm"], 44_100, "PCM_16")
    published = AudioReader(path, RATE, as_published=True).waveform()[16:]
    np.testing.assert_allclose(published, golden["tail_resampled"][16:], rtol=0, atol=5e-7)
    ours = AudioReader(path, RATE).waveform()[16:]
    assert np.abs(ours - published).max() > 1e-4


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_nothing_is_no_limit(tmp_path: Path, tone: Tone, limit: float) -> None:
    with pytest.raises(UsageError, match="limit_seconds must be more than 0"):
        AudioReader(wav(tmp_path, tone()), RATE, limit_seconds=limit)


# What is too long

YEAR = 365 * 24 * 3600


def flac_that_states(path: Path, samples: np.ndarray, stated: int) -> Path:
    """A flac of 44.1 kHz whose header says that it has `stated` frames."""
    soundfile.write(path, samples, 44_100)
    content = bytearray(path.read_bytes())
    content[21] = content[21] & 0xF0 | stated >> 32  # 36 bits of the first metadata block
    content[22:26] = (stated & 0xFFFFFFFF).to_bytes(4, "big")
    path.write_bytes(content)
    return path


def test_what_its_header_calls_too_long_is_refused_at_once(tmp_path: Path, tone: Tone) -> None:
    path = flac_that_states(tmp_path / "year.flac", tone(), YEAR * 44_100 % 2**36)
    with pytest.raises(AudioError) as error:
        AudioReader(path, RATE, max_seconds=SERVICE_MAX_SECONDS)
    assert str(error.value) == (
        f"{path}: is longer than 21600 s, the most that is read here (max_seconds): cut it into parts"
    )
    assert len(AudioReader(path, RATE).waveform()) == pytest.approx(2 * RATE, abs=1)
    limited = AudioReader(path, RATE, limit_seconds=1.0, max_seconds=1.5)
    assert len(limited.waveform()) == RATE


@pytest.mark.parametrize("suffix", ["flac", "aac"])
def test_what_does_not_state_its_length_is_read_no_further(
    tmp_path: Path, tone: Tone, encode: Encode, suffix: str
) -> None:
    samples = tone(44_100, 20.0)
    if suffix == "flac":
        path = flac_that_states(tmp_path / "long.flac", samples, 0)
    else:
        path = encode("long.aac", "aac", samples, container="adts")
    reader = AudioReader(path, RATE, max_seconds=5.0)
    with pytest.raises(AudioError, match="is longer than 5 s"):
        reader.waveform()
    assert reader.seconds_heard < 6.0
    assert len(AudioReader(path, RATE, max_seconds=21.0).waveform()) >= 19.9 * RATE


def test_an_array_has_the_same_limit(tone: Tone) -> None:
    with pytest.raises(AudioError, match="array: is longer than 1 s"):
        from_array(tone(RATE)[:, 0], RATE, RATE, max_seconds=1.0)
    with pytest.raises(UsageError, match="max_seconds must be more than 0"):
        from_array(tone(RATE)[:, 0], RATE, RATE, max_seconds=0.0)


# Names that are not UTF-8


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text on this system")
@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("wav", None), ("flac", None), ("ogg", None), ("mp3", "libmp3lame"), ("m4a", "aac")],
)
def test_a_name_may_be_any_bytes(
    tmp_path: Path, tone: Tone, encode: Encode, suffix: str, codec: str | None
) -> None:
    plain = tmp_path / f"plain.{suffix}"
    if codec is None:
        soundfile.write(plain, tone(), 44_100)
    else:
        encode(plain.name, codec, tone())
    path = plain.rename(tmp_path / os.fsdecode(b"caf\xe9\x1b[2J." + suffix.encode()))
    shown = f"{tmp_path}/caf\\udce9\\x1b[2J.{suffix}"
    reader = AudioReader(path, RATE)
    assert reader.name == shown
    assert len(reader.waveform()) > 1.9 * RATE
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(AudioError) as error:
        AudioReader(path, RATE).waveform()
    assert str(error.value).startswith(f"{shown}: ")
    str(error.value).encode()
    path.unlink()
    with pytest.raises(AudioError) as error:
        AudioReader(path, RATE)
    assert str(error.value) == f"{shown}: no such file"


# What is refused


def test_missing_files_and_folders(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.mp3") == "no such file"
    assert refusal(tmp_path) == "is a folder, not a sound file"
    address = "https:/example.org/song.mp3"
    assert refusal(address) == ("no such file; addresses are not opened, download the sound first")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert refusal(tmp_path / "pipe.wav") == "is not a regular file"


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path, tone: Tone) -> None:
    path = wav(tmp_path, tone())
    path.chmod(0)
    assert refusal(path) == "cannot be read (Permission denied)"


SUFFIXES = ["mp3", "wav", "flac", "ogg", "m4a", "aac", "webm", "wma", "ac3", "raw", "vox", "txt"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_no_sound_is_refused_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"file.{suffix}"
    path.write_bytes(b"")
    assert refusal(path) == "the file is empty"
    path.write_text("Wer reitet so spät durch Nacht und Wind?\n" * 500, encoding="utf-8")
    assert "no " in refusal(path)
    for seed, size in enumerate((1, 40, 3_000, 200_000)):
        path.write_bytes(np.random.default_rng(seed).bytes(size))
        assert refusal(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("as_published", [False, True])
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_samples_that_are_no_numbers(
    tmp_path: Path, tone: Tone, value: float, as_published: bool, rate: int
) -> None:
    samples = tone(rate)
    samples[-5, 1] = value
    path = wav(tmp_path, samples, rate)
    with pytest.raises(AudioError, match=r"sound\.wav: holds NaN, infinite or absurdly large"):
        AudioReader(path, RATE, as_published=as_published).waveform()


def test_absurd_headers(tmp_path: Path) -> None:
    some = np.full((10, 300), 0.1, dtype=np.float32)
    assert refusal(wav(tmp_path, some)) == "300 channels are not 1 to 256"
    path = wav(tmp_path, some[:, :1], 2_000_000)
    assert "a sample rate of 2000000 Hz is outside" in refusal(path)
    path = wav(tmp_path, some[:, :1], 7)
    assert "a sample rate of 7 Hz is outside" in refusal(path)


def test_a_header_without_sound(tmp_path: Path) -> None:
    for name in ("a.wav", "a.flac", "a.aiff"):
        soundfile.write(tmp_path / name, np.zeros((0, 2), dtype=np.float32), 44_100)
        assert refusal(tmp_path / name)


# What is read with reservations


@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_silence_is_read_with_a_warning(tmp_path: Path, rate: int) -> None:
    path = wav(tmp_path, np.zeros((rate, 2), dtype=np.float32), rate)
    reader = AudioReader(path, RATE)
    np.testing.assert_array_equal(reader.waveform(), np.zeros(RATE, dtype=np.float32))
    assert reader.warnings == [f"{path}: holds only silence"]


def test_the_quietest_sound_is_no_silence(tmp_path: Path) -> None:
    samples = np.zeros(RATE, dtype=np.int16)
    samples[100] = 1
    reader = AudioReader(wav(tmp_path, samples, RATE, "PCM_16"), RATE)
    reader.waveform()
    assert reader.warnings == []


@pytest.mark.parametrize(
    ("name", "codec"),
    [("s.wav", None), ("s.flac", None), ("s.mp3", "libmp3lame"), ("s.m4a", "aac")],
)
def test_a_cut_file_is_read_as_far_as_it_goes(
    tmp_path: Path, tone: Tone, encode: Encode, name: str, codec: str | None
) -> None:
    samples = tone(44_100, 10.0)
    path = tmp_path / name
    if codec is None:
        soundfile.write(path, samples, 44_100)
    else:
        encode(name, codec, samples, options={"movflags": "faststart"} if codec == "aac" else {})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    reader = AudioReader(path, RATE)
    waveform = reader.waveform()
    assert 3.5 < len(waveform) / RATE < 5.5
    assert len(reader.warnings) == 1
    assert reader.warnings[0].startswith(
        f"{path}: cut short or damaged, read as far as it goes ({reader.seconds_heard:.1f}"
    )
    assert reader.seconds_total == reader.seconds_heard


def test_a_cut_before_the_first_sample_is_refused(tmp_path: Path, tone: Tone) -> None:
    path = tmp_path / "s.flac"
    soundfile.write(path, tone(), 44_100)
    path.write_bytes(path.read_bytes()[:200])
    assert refusal(path) == "nothing in it decodes"


def test_decoders_write_nothing_to_stderr(tmp_path: Path, tone: Tone) -> None:
    for name in ("s.mp3", "s.ogg", "s.flac"):
        path = tmp_path / name
        soundfile.write(path, tone(44_100, 5.0), 44_100)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        program = (
            "import sys; from mullama.listen.audio.reader import AudioReader;"
            "AudioReader(sys.argv[1], 24000).waveform()"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
        )
        assert done.stderr == ""


# Memory


def test_reading_takes_no_torch() -> None:
    program = "import sys, mullama.listen.audio.reader, mullama.listen.windows; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"torch", "av", "soundfile", "soxr"} & set(done.stdout.split())


def peak_bytes(path: Path, as_published: bool = False) -> int:
    reader = AudioReader(path, RATE, as_published=as_published, limit_seconds=1e9)
    next(iter(reader.blocks()))  # libraries are loaded
    tracemalloc.start()
    try:
        for block in reader.blocks():
            del block
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("as_published", [False, True])
def test_memory_does_not_grow_with_the_sound(
    tmp_path: Path, tone: Tone, as_published: bool
) -> None:
    short = peak_bytes(wav(tmp_path, tone(44_100, 5.0)), as_published)
    long = peak_bytes(wav(tmp_path, tone(44_100, 50.0)), as_published)
    assert long < 1.2 * short < 8e6


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["flac", "mp3"])
def test_an_hour_is_read_in_little_memory(tmp_path: Path, tone: Tone, suffix: str) -> None:
    path = tmp_path / f"hour.{suffix}"
    soundfile.write(tmp_path / f"minute.{suffix}", tone(8_000, 60.0, 1), 8_000)
    if suffix == "mp3":  # mp3 files can be joined end to end
        path.write_bytes(60 * (tmp_path / "minute.mp3").read_bytes())
    else:
        with soundfile.SoundFile(path, "w", 8_000, 1) as file:
            for _ in range(60):
                file.write(tone(8_000, 60.0, 1))
    program = (
        "import sys, resource; from mullama.listen.audio.reader import AudioReader;"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "AudioReader(sys.argv[1], 24000, limit_seconds=60).waveform(); before = peak();"
        "reader = AudioReader(sys.argv[1], 24000); print(sum(map(len, reader.blocks())));"
        "print(peak() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    samples, kilobytes = map(int, done.stdout.split())
    assert samples == pytest.approx(3600 * RATE, rel=0.01)
    assert kilobytes < 20_000


# Arrays


@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_an_array_is_read_like_its_file(tmp_path: Path, tone: Tone, rate: int) -> None:
    samples = tone(rate)
    reader = from_array(samples.T, rate, RATE)
    assert reader.seconds_total == 2.0
    np.testing.assert_array_equal(
        reader.waveform(), AudioReader(wav(tmp_path, samples, rate), RATE).waveform()
    )
    np.testing.assert_array_equal(reader.waveform(), reader.waveform())
    assert reader.seconds_heard == 2.0


def test_an_array_of_integers_is_scaled(tone: Tone) -> None:
    floats = from_array(tone(RATE)[:, 0], RATE, RATE).waveform()
    integers = from_array((tone(RATE)[:, 0] * 32767).astype(np.int16), RATE, RATE).waveform()
    np.testing.assert_allclose(integers, floats, rtol=0, atol=1e-4)


def test_an_array_can_be_read_as_published(tone: Tone) -> None:
    reader = from_array(tone(44_100, 3.0).T, 44_100, RATE, as_published=True, limit_seconds=2.0)
    assert len(reader.waveform()) == 2 * RATE


@pytest.mark.parametrize(
    ("samples", "rate", "cause"),
    [
        (np.zeros((2, 3, 4)), RATE, "must be (samples,) or (channels, samples), not (2, 3, 4)"),
        (np.zeros((24_000, 2)), RATE, "the order is (channels, samples)"),
        (np.float32(1.0), RATE, "must be (samples,) or (channels, samples), not ()"),
        (np.array([np.nan]), RATE, "holds NaN"),
        (np.zeros(0), RATE, "holds no sound"),
        (["a"], RATE, "must be integers or floats"),
        (np.zeros(9), 0, "a sample rate of 0 Hz"),
        (np.zeros(9), 5, "a sample rate of 5 Hz is outside"),
    ],
)
def test_arrays_are_refused_like_files(samples: object, rate: int, cause: str) -> None:
    with pytest.raises(AudioError) as error:
        from_array(samples, rate, RATE).waveform()
    assert str(error.value).startswith("array: ")
    assert cause in str(error.value)


def test_a_silent_array_is_read_with_a_warning() -> None:
    reader = from_array(np.zeros(RATE), RATE, RATE)
    assert len(reader.waveform()) == RATE
    assert reader.warnings == ["array: holds only silence"]
