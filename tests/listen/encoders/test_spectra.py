"""Known sounds give the bands, onsets and lags that arithmetic says."""

import math

import pytest
import torch

from mullama.listen.encoders.pitches import LOWEST_HZ
from mullama.listen.encoders.spectra import (
    BANDS,
    LAG_SECONDS,
    LAGS,
    ONSET_GROUPS,
    fourier_tempogram,
    spectra,
    statistics,
    tempogram,
)

RATE = 24_000


def tone(hz: float, seconds: float = 2.0, rate: int = RATE) -> torch.Tensor:
    return 0.3 * torch.sin(2 * math.pi * hz * torch.arange(round(seconds * rate)) / rate)[None]


@pytest.mark.parametrize("semitone", [12, 35, 36, 59, 60, 80, 95])
def test_a_tone_is_loudest_in_its_own_band(semitone: int) -> None:
    bands = spectra(tone(LOWEST_HZ * 2 ** (semitone / 12)), RATE).bands
    assert int(bands[0].mean(-1).argmax()) == semitone


def test_shapes_follow_the_length() -> None:
    music = spectra(torch.randn(3, RATE), RATE)
    assert music.bands.shape == (3, BANDS, 50)
    assert music.onsets.shape == (3, ONSET_GROUPS, 100)


def test_another_level_gives_the_same_bands() -> None:
    torch.manual_seed(0)
    sound = 0.1 * torch.randn(1, RATE)
    torch.testing.assert_close(
        spectra(sound, RATE).bands, spectra(sound / 20, RATE).bands, rtol=1e-4, atol=1e-3
    )


def test_silence_is_zero_and_finite() -> None:
    music = spectra(torch.zeros(1, RATE), RATE)
    assert not music.bands.any()
    assert not music.onsets.any()
    assert tempogram(music.onsets).isfinite().all()
    assert not fourier_tempogram(music.onsets).any()
    assert statistics(music.bands).isfinite().all()


def test_the_tempogram_peaks_at_the_beat() -> None:
    beat_seconds = 0.5
    times = torch.arange(10 * RATE) / RATE
    clicks = torch.sin(2 * math.pi * 1000 * times) * ((times % beat_seconds) < 0.03)
    lags = tempogram(spectra(clicks[None], RATE).onsets)[0, 2]
    low, high = LAG_SECONDS
    place = round((LAGS - 1) * math.log(beat_seconds / low) / math.log(high / low))
    between = round((LAGS - 1) * math.log(1.5 * beat_seconds / low) / math.log(high / low))
    assert lags[place - 1 : place + 2].max() > 0.7
    assert lags[between] < 0.2


def test_rates_tell_a_beat_from_its_multiples() -> None:
    period = 0.5
    apart = (torch.arange(1000) / 100 + period / 2) % period - period / 2
    onsets = torch.exp(-((apart / 0.02) ** 2)).expand(1, ONSET_GROUPS, -1)
    lags, rates = tempogram(onsets)[0, 0], fourier_tempogram(onsets)[0, 0]
    low, high = LAG_SECONDS
    beat, twice, half = (
        round((LAGS - 1) * math.log(factor * period / low) / math.log(high / low))
        for factor in (1, 2, 0.5)
    )
    near = torch.arange(-1, 2)
    assert lags[twice + near].max() > 0.7 > 0.2 > lags[half + near].max()
    assert rates[half + near].max() > 0.3 > 0.1 > rates[twice + near].max()
    assert rates[beat + near].max() > 0.3


def test_a_pure_swing_has_one_rate() -> None:
    low, high = LAG_SECONDS
    place = 40
    seconds = low * (high / low) ** (place / (LAGS - 1))
    swing = torch.sin(2 * math.pi * torch.arange(1000) / 100 / seconds).expand(1, ONSET_GROUPS, -1)
    rates = fourier_tempogram(swing)[0, 0]
    assert int(rates.argmax()) == place
    assert rates[place] == pytest.approx(1, abs=0.02)


def test_a_window_shorter_than_the_lags_has_no_long_lags() -> None:
    lags = tempogram(spectra(torch.randn(1, RATE), RATE).onsets)
    assert not lags[..., -1].any()


def test_statistics_of_a_steady_band_are_its_level_alone() -> None:
    mean, deviation, rise, loud = statistics(torch.full((1, BANDS, 50), 8.0))[0]
    assert mean.tolist() == loud.tolist() == [1.0] * BANDS
    assert not deviation.any()
    assert not rise.any()
