from math import gcd

import numpy as np
import pytest

from mullama.listen.audio.resample import Resampler, SincResampler, SoxrResampler
from paths import GOLDEN

ARRAYS = GOLDEN / "resample.npz"
"""Both ends of a stereo piece (16 bit, 44.1 kHz) and what the published code made of them (mono,
24 kHz). Near a cut inside the piece the outputs lack a neighbour and are not compared."""
NEAR_CUT = 16


def resampled(resampler: Resampler, samples: np.ndarray, sizes: list[int]) -> np.ndarray:
    """Everything that comes out when blocks of these sizes, over and over, go in."""
    made, start, turn = [], 0, 0
    while start < len(samples):
        size = sizes[turn % len(sizes)]
        made.append(resampler.push(samples[start : start + size]))
        start, turn = start + size, turn + 1
    made.append(resampler.push(samples[:0], last=True))
    return np.concatenate(made)


def published_mono(pcm: np.ndarray) -> np.ndarray:
    samples = pcm.astype(np.float32) / 32768
    return resampled(SincResampler(44_100, 24_000, 2), samples, [8192]).mean(axis=1)


def test_the_published_resampler_is_reproduced_at_the_start() -> None:
    golden = np.load(ARRAYS)
    mono = published_mono(golden["head_pcm"])
    assert mono.shape == golden["head_resampled"].shape
    np.testing.assert_allclose(
        mono[:-NEAR_CUT], golden["head_resampled"][:-NEAR_CUT], rtol=0, atol=5e-7
    )


def test_the_published_resampler_is_reproduced_at_the_end() -> None:
    golden = np.load(ARRAYS)
    mono = published_mono(golden["tail_pcm"])
    np.testing.assert_allclose(
        mono[NEAR_CUT:], golden["tail_resampled"][NEAR_CUT:], rtol=0, atol=5e-7
    )


def sinc_by_definition(samples: np.ndarray, rate_in: int, rate_out: int) -> np.ndarray:
    """The documented sum, one output after the other in float64."""
    cutoff = 0.99 * min(rate_in, rate_out)
    instants = np.arange(-(-len(samples) * rate_out // rate_in)) / rate_out
    made = []
    for instant in instants:
        lobes = np.clip(cutoff * (np.arange(len(samples)) / rate_in - instant), -6, 6)
        weights = np.sinc(lobes) * np.cos(np.pi * lobes / 12) ** 2 * cutoff / rate_in
        made.append(weights @ samples)
    return np.array(made)


@pytest.mark.parametrize(
    ("rate_in", "rate_out"), [(44_100, 24_000), (8_000, 24_000), (192_000, 24_000), (997, 1_013)]
)
@pytest.mark.parametrize("sizes", [[1000], [1, 7, 64, 3]])
def test_the_sum_in_blocks_is_the_sum(rate_in: int, rate_out: int, sizes: list[int]) -> None:
    samples = np.random.default_rng(0).standard_normal((1000, 1)).astype(np.float32)
    expected = sinc_by_definition(samples[:, 0].astype(float), rate_in, rate_out)
    made = resampled(SincResampler(rate_in, rate_out, 1), samples, sizes)[:, 0]
    assert made.shape == expected.shape
    # The kernel's float32 instants are the coarser, the larger the reduced ratio's numbers are.
    coarseness = max(rate_in, rate_out) // gcd(rate_in, rate_out)
    np.testing.assert_allclose(made, expected, rtol=0, atol=max(2e-5, 3e-7 * coarseness))


@pytest.mark.parametrize("kind", [SincResampler, SoxrResampler])
def test_a_long_stream_keeps_little(kind: type[SincResampler] | type[SoxrResampler]) -> None:
    resampler = kind(44_100, 24_000, 2)
    block = np.zeros((4096, 2), dtype=np.float32)
    made = sum(len(resampler.push(block)) for _ in range(100))
    made += len(resampler.push(block[:0], last=True))
    assert made == -(-100 * 4096 * 24_000 // 44_100)
    if isinstance(resampler, SincResampler):
        assert len(resampler._pending) < 100


@pytest.mark.parametrize("rate_in", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("kind", [SincResampler, SoxrResampler])
def test_a_tone_stays_the_tone(
    kind: type[SincResampler] | type[SoxrResampler], rate_in: int
) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(rate_in) / rate_in)[:, None].astype(np.float32)
    made = resampled(kind(rate_in, 24_000, 1), tone, [1024])[:, 0]
    expected = np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)
    assert made.shape == expected.shape
    np.testing.assert_allclose(made[500:-500], expected[500:-500], rtol=0, atol=2e-3)
