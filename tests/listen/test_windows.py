from collections.abc import Iterator

import numpy as np
import pytest

from mullama.errors import AudioError, UsageError
from mullama.listen.windows import batches, window_lengths, windows


def cut(length: int, block: int, window: int = 100, min_samples: int = 5) -> list[np.ndarray]:
    sound = np.arange(length, dtype=np.float32)
    blocks = (sound[start : start + block] for start in range(0, length, block))
    pieces = list(windows(blocks, window, min_samples))
    np.testing.assert_array_equal(np.concatenate(pieces), sound)  # each sample in exactly one
    assert [len(piece) for piece in pieces] == window_lengths(length, window, min_samples)
    return pieces


@pytest.mark.parametrize("block", [1, 7, 100, 333, 10_000])
@pytest.mark.parametrize(
    ("length", "lengths"),
    [
        (5, [5]),
        (99, [99]),
        (100, [100]),
        (101, [101]),
        (124, [124]),
        (125, [100, 25]),
        (200, [100, 100]),
        (224, [100, 124]),
        (225, [100, 100, 25]),
        (450, [100, 100, 100, 100, 50]),
    ],
)
def test_lengths(length: int, lengths: list[int], block: int) -> None:
    assert [len(piece) for piece in cut(length, block)] == lengths


def test_a_remainder_that_the_encoder_cannot_take_is_merged() -> None:
    assert [len(piece) for piece in cut(160, 50, min_samples=61)] == [160]
    assert [len(piece) for piece in cut(161, 50, min_samples=61)] == [100, 61]


@pytest.mark.parametrize("length", [0, 1, 399])
def test_too_short_a_sound_is_refused_in_seconds(length: int) -> None:
    blocks = [np.zeros(length, dtype=np.float32)] if length else []
    with pytest.raises(AudioError) as error:
        list(windows(blocks, 24_000, 400, rate=24_000, name="a.wav"))
    assert str(error.value) == (
        f"a.wav: {length / 24_000:.4f} s are too short to be encoded; at least 0.0167 s are needed"
    )


def test_too_short_a_sound_is_refused_in_samples_where_the_rate_is_not_known() -> None:
    with pytest.raises(AudioError, match="the sound: 3 samples are too short"):
        list(windows([np.zeros(3, dtype=np.float32)], 100, 5))


def test_windows_shorter_than_the_encoder_takes_are_refused() -> None:
    with pytest.raises(UsageError, match="399 samples are too short: the encoder needs 400"):
        list(windows([], 399, 400))


def test_a_stream_is_cut_like_the_whole() -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        window, min_samples = int(random.integers(8, 200)), int(random.integers(0, 9))
        cut(
            int(random.integers(max(1, min_samples), 900)),
            int(random.integers(1, 300)),
            window,
            min_samples,
        )


def test_lengths_are_refused_like_blocks() -> None:
    with pytest.raises(
        AudioError, match=r"a\.wav: 0\.0166 s are too short to be encoded; at least 0\.0167"
    ):
        window_lengths(399, 24_000, 400, rate=24_000, name="a.wav")
    with pytest.raises(UsageError, match="399 samples are too short: the encoder needs 400"):
        window_lengths(500, 399, 400)
    with pytest.raises(UsageError, match="windows of 0 samples"):
        window_lengths(500, 0, 0)


def test_windows_come_before_the_sound_ends() -> None:
    taken = 0

    def blocks() -> Iterator[np.ndarray]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield np.zeros(10, dtype=np.float32)

    first = next(windows(blocks(), 100, 5))
    assert len(first) == 100
    assert taken == 13  # a window and the quarter that could still be merged


def test_batches_hold_equal_windows_in_order() -> None:
    pieces = [np.full(length, length, dtype=np.float32) for length in (3, 3, 3, 3, 3, 4, 3)]
    shapes = [batch.shape for batch in batches(iter(pieces), 2)]
    assert shapes == [(2, 3), (2, 3), (1, 3), (1, 4), (1, 3)]


def test_batches_need_room() -> None:
    alone = np.zeros(3, dtype=np.float32)
    assert [batch.shape for batch in batches([alone, alone], 1)] == [(1, 3), (1, 3)]
    with pytest.raises(UsageError, match="at least one window"):
        list(batches([], 0))
