"""A waveform window becomes the mean over time of each hidden state: the small encoder.

HuBERT's transformer, as transformers has it, over fixed spectra (see spectra.py) instead of raw
samples: ten seconds cost a fortieth of what a waveform front end costs. What a time mean would lose
(tempo) or blur (timbre, key) is computed for the whole window and shown to every frame. Does not know
files, window lengths or songs.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from transformers import HubertModel
from transformers import initialization as init

from mullama.config import FilterbankConfig
from mullama.listen.encoders.encoder import EncoderModel
from mullama.listen.encoders.key_profiles import PICTURES, fits_of_notes
from mullama.listen.encoders.pitches import OCTAVES, PITCH_CLASSES
from mullama.listen.encoders.spectra import (
    BANDS,
    BEAT_PICTURES,
    BEATS,
    LAGS,
    ONSET_GROUPS,
    STATISTICS,
    Spectra,
    beat_pictures,
    beat_scores,
    spectra,
    statistics,
    tempogram,
)
from mullama.listen.encoders.waveform import normalise

USUAL_BAND, BAND_SPREAD = 8.0, 3.5
"""About the mean and the deviation of a band in music, on the scale of `Spectra.bands`."""
PITCH_SPREAD = 3.0
"""About how far a note stands out in `Spectra.pitches`."""
CHORD_FRAMES = 10
"""Spectral frames averaged into one step of the pitch path: a fifth of a second."""


class SilentConv1d(nn.Conv1d):
    """Gives zeros at first, so that a stored encoder can grow it and hears as before."""


class SilentLinear(nn.Linear):
    """Likewise."""


class FramePath(nn.Module):
    """Strided convolutions over time and log frequency: what happens, about three times a second."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        pairs = zip((1, *channels), channels, strict=False)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inner, outer, 3, stride=2, padding=1) for inner, outer in pairs
        )

    def forward(
        self, bands: Float[Tensor, "window bands frames"]
    ) -> Float[Tensor, "window width shorter"]:
        """Each layer halves bands and frames; what remains of the bands stands beside the channels."""
        x = bands[:, None]
        for convolution in self.convolutions:
            x = functional.relu(convolution(x))
        return x.flatten(1, 2)


class PitchPath(nn.Module):
    """Convolutions round the twelve pitch classes: a transposed piece is transposed here too.

    With `profiled` (and `tuned`) it is also told how well each key fits all of the notes.
    """

    def __init__(
        self,
        channels: int,
        inner: int = 24,
        *,
        tuned: bool,
        profiled: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.tuned = tuned
        pictures = 2 if tuned else 1
        self.chords = nn.Conv2d(pictures * OCTAVES, inner, (PITCH_CLASSES, 3), padding=(0, 1))
        self.phrases = nn.Conv2d(inner, inner, (PITCH_CLASSES, 3), stride=(1, 2), padding=(0, 1))
        self.key = nn.Conv1d(inner, channels, PITCH_CLASSES)
        self.profiled, self.dropout = profiled, dropout
        if profiled:
            self.near_keys = nn.Conv1d(PICTURES, inner, PITCH_CLASSES)
            self.fits = SilentConv1d(inner + PICTURES, channels, 1)

    def forward(
        self,
        bands: Float[Tensor, "window bands frames"],
        pitches: Float[Tensor, "window pitches shorter"],
    ) -> Float[Tensor, "window width"]:
        """`channels` numbers for each pitch class."""
        steps = max(1, bands.shape[-1] // CHORD_FRAMES)
        x = _octaves(bands[:, : OCTAVES * PITCH_CLASSES], steps)
        if self.tuned:
            x = torch.cat([x, _octaves(pitches, steps)], dim=1)
        x = functional.gelu(self.chords(_round(x)))
        x = functional.gelu(self.phrases(_round(x))).mean(-1)
        keys = _left_out(self.key(_round(x)), self.dropout, training=self.training)
        if self.profiled:
            fits = _standardised(fits_of_notes(pitches.float())).to(keys.dtype)
            near = functional.gelu(self.near_keys(_round(fits)))
            keys = keys + self.fits(torch.cat([near, fits], dim=1))
        return keys.flatten(1)


class RhythmPath(nn.Module):
    """Tempograms on logarithmic lags: another tempo is the same picture, moved."""

    def __init__(
        self, width: int, inner: int = 24, *, pictures: int = ONSET_GROUPS, silent: bool = False
    ) -> None:
        """`silent`: it gives zeros at first."""
        super().__init__()
        self.near = nn.Conv1d(pictures, inner, 9, padding=4)
        self.far = nn.Conv1d(inner, 16, 25, padding=12)
        self.out = (SilentLinear if silent else nn.Linear)(16 * LAGS, width)

    def forward(self, lags: Float[Tensor, "window pictures lags"]) -> Float[Tensor, "window width"]:
        """Tempograms -> the tempo, and how sure it is."""
        x = functional.gelu(self.far(functional.gelu(self.near(lags))))
        return self.out(x.flatten(1))


class StatisticsPath(nn.Module):
    """How each band is spread over time: which sounds there are."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(STATISTICS * BANDS, 2 * width)
        self.out = nn.Linear(2 * width, width)

    def forward(self, spread: Float[Tensor, "window kinds bands"]) -> Float[Tensor, "window width"]:
        """Time statistics of the bands -> the timbre."""
        return self.out(functional.gelu(self.inner(spread.flatten(1))))


class FormulaPath(nn.Module):
    """What formulas alone say of key and tempo, beside all that was learnt: it cannot be learnt by heart."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.keys = SilentLinear(PICTURES * PITCH_CLASSES, width, bias=False)
        self.beats = SilentLinear(BEATS.stop - BEATS.start, width, bias=False)

    def forward(self, music: Spectra) -> Float[Tensor, "window width"]:
        """Spectra of windows -> what is added to the first state's mean."""
        weights = self.keys.weight
        fits = _standardised(fits_of_notes(music.pitches)).flatten(1)
        beats = beat_scores(music.onsets)
        return (self.keys(fits.to(weights.dtype)) + self.beats(beats.to(weights.dtype))).float()


class FilterbankFrontEnd(nn.Module):
    """Takes the place of HuBERT's convolutions over samples: spectra in, frames out."""

    def __init__(self, config: FilterbankConfig) -> None:
        super().__init__()
        self.frames = FramePath(tuple(config.frame_channels))
        self.pitches = PitchPath(
            config.pitch_channels,
            tuned=config.tuned_pitches,
            profiled=config.tuned_pitches and config.key_profiles,
            dropout=config.path_dropout,
        )
        self.dropout = config.path_dropout
        self.rhythm = RhythmPath(config.rhythm_width)
        self.beats = None
        if config.beat_multiples:
            self.beats = RhythmPath(config.rhythm_width, pictures=BEAT_PICTURES, silent=True)
        self.statistics = StatisticsPath(config.statistics_width)

    def forward(self, music: Spectra) -> Float[Tensor, "window width frames"]:
        """Spectra of windows of equal length -> what the transformer takes, turned."""
        weights = self.rhythm.out.weight
        bands = ((music.bands - USUAL_BAND) / BAND_SPREAD).to(weights.dtype)
        frames = self.frames(bands)
        rhythm = self.rhythm(tempogram(music.onsets).to(weights.dtype))
        frames = _left_out(frames, self.dropout / 2, training=self.training)
        rhythm = _left_out(rhythm, self.dropout, training=self.training)
        if self.beats is not None:
            rhythm = rhythm + self.beats(beat_pictures(music.onsets).to(weights.dtype))
        paths = (
            self.pitches(bands, (music.pitches / PITCH_SPREAD).to(weights.dtype)),
            rhythm,
            self.statistics(statistics(music.bands).to(weights.dtype)),
        )
        # Each path alone, so that none is drowned by another's size.
        whole = torch.cat([functional.layer_norm(x, x.shape[1:]) for x in paths], dim=1)
        return torch.cat([frames, whole[..., None].expand(-1, -1, frames.shape[-1])], dim=1)


class FilterbankEncoder(EncoderModel, HubertModel):
    """Encodes windows of equal length, half a second or more; silence gives finite means."""

    config_class = FilterbankConfig
    main_input_name = "windows"

    def __init__(self, config: FilterbankConfig) -> None:
        config.conv_dim = (frame_width(config),)
        super().__init__(config)
        self.feature_extractor = FilterbankFrontEnd(config)  # type: ignore[assignment]
        self.feature_extractor.apply(self._init_weights)
        self.formulas = None
        if config.formulas and config.tuned_pitches:
            self.formulas = FormulaPath(config.hidden_size).apply(self._init_weights)

    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)
        if isinstance(module, nn.Conv2d):
            init.kaiming_normal_(module.weight, nonlinearity="relu")
        if isinstance(module, SilentConv1d | SilentLinear):
            for parameter in module.parameters():
                init.zeros_(parameter)

    @property
    def min_samples(self) -> int:
        """Samples without which there is no rhythm and hardly a sound: half a second."""
        return int(self.config.sampling_rate // 2)

    def forward(
        self, windows: Float[Tensor, "window samples"]
    ) -> Float[Tensor, "window states features"]:
        """Windows at the configured rate -> the mean over time of each hidden state, float32."""
        if self.config.do_normalize:
            windows = normalise(windows)
        rate_hz, tuned = self.config.sampling_rate, self.config.tuned_pitches
        return self.attend(spectra(windows, rate_hz, tuned=tuned))

    def attend(self, music: Spectra) -> Float[Tensor, "window states features"]:
        """The same for the spectra of windows of equal length.

        Training enters here, because the spectra have no weights and can be cached.
        """
        out = super().forward(music, output_hidden_states=True, return_dict=True)
        states = [s.mean(dim=1, dtype=torch.float32) for s in out.hidden_states]
        means = torch.stack(states, dim=1)
        if self.formulas is None:
            return means
        # To one state alone: the weights that states are mixed by may cancel, and what all get would be huge.
        first = means[:, :1] + self.formulas(music)[:, None]
        return torch.cat([first, means[:, 1:]], dim=1)


def frame_width(config: FilterbankConfig) -> int:
    """Numbers a frame that the four paths give together."""
    rows = BANDS
    for _ in config.frame_channels:
        rows = (rows + 1) // 2
    whole = config.pitch_channels * PITCH_CLASSES + config.rhythm_width + config.statistics_width
    return rows * config.frame_channels[-1] + whole


def _left_out(x: Tensor, share: float, *, training: bool) -> Tensor:
    """What a path gives, and in training nothing for a share of the windows.

    So that what is computed by a formula is relied on, too, where clips could be learnt by heart.
    """
    if not training or not share:
        return x
    kept = torch.rand(len(x), *(1 for _ in x.shape[1:]), device=x.device) >= share
    return x * kept


def _octaves(picture: Tensor, steps: int) -> Tensor:
    """(window, pitches, frames) -> (window, octaves, pitch classes, steps)."""
    octaves = picture.unflatten(1, (OCTAVES, PITCH_CLASSES))
    return functional.adaptive_avg_pool2d(octaves, (PITCH_CLASSES, steps))


def _standardised(fits: Tensor) -> Tensor:
    """Each window's numbers to mean zero and deviation one; silence stays zero."""
    return (fits - fits.mean((1, 2), keepdim=True)) / fits.std((1, 2), keepdim=True).clamp_min(1e-3)


def _round(x: Tensor) -> Tensor:
    """Pad (clip, channels, pitch classes, ...) so that a full-octave kernel goes round once."""
    return torch.cat([x, x[:, :, : PITCH_CLASSES - 1]], dim=2)
