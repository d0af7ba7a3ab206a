"""A waveform window becomes CLAP's representation of it: one state, pooled over time and frequency.

The audio half of CLAP (Wu et al. 2023, arXiv 2211.06687), HTSAT, as transformers has it, before the
projection into the space that it shares with text. Its stages have different widths, so there is no
mix of hidden states. Does not know files, window lengths or songs.
"""

import math

import numpy as np
import torch
from huggingface_hub.dataclasses import strict
from jaxtyping import Float
from torch import Tensor
from transformers import ClapAudioConfig, ClapAudioModel, ClapFeatureExtractor

from mullama.listen.encoders.encoder import EncoderModel


@strict
class ClapEncoderConfig(ClapAudioConfig):
    """The network, and the log-mel spectrogram that it is given (from preprocessor_config.json)."""

    model_type = "mullama_clap"

    sampling_rate: int = 48_000
    """Samples per second that the encoder expects."""
    window_seconds: float = 10.0
    """A longer piece is cut into windows of this length."""
    hop_length: int = 480
    """Samples from one frame to the next."""
    fft_window_size: int = 1024
    """Samples of a Fourier window."""
    frequency_min: float = 0.0
    """Lowest frequency of the mel scale, in Hz."""
    frequency_max: float = 14_000.0
    """Highest, in Hz."""
    truncation: str = "rand_trunc"
    """Which mel scale: `fusion` has HTK's, any other Slaney's. Nothing is truncated here."""


class ClapEncoder(EncoderModel, ClapAudioModel):
    """Encodes windows of equal length; shorter ones are repeated to fill CLAP's, as it was trained."""

    config_class = ClapEncoderConfig
    main_input_name = "windows"

    def __init__(self, config: ClapEncoderConfig) -> None:
        super().__init__(config)
        self.extractor = ClapFeatureExtractor(
            feature_size=config.num_mel_bins,
            sampling_rate=config.sampling_rate,
            hop_length=config.hop_length,
            fft_window_size=config.fft_window_size,
            frequency_min=config.frequency_min,
            frequency_max=config.frequency_max,
            truncation=config.truncation,
            padding="repeatpad",
        )

    @property
    def min_samples(self) -> int:
        """One Fourier window."""
        return int(self.config.fft_window_size)

    @property
    def states(self) -> int:
        """The pooled output alone."""
        return 1

    @property
    def features(self) -> int:
        """Width of the last stage, each of which doubles the one before."""
        return int(self.config.patch_embeds_hidden_size) << len(self.config.depths) - 1

    def forward(
        self, windows: Float[Tensor, "window samples"]
    ) -> Float[Tensor, "window states features"]:
        """Windows at the configured rate -> the mean of the pooled output over their parts, float32.

        A window that is longer than CLAP's is encoded in equal parts, where transformers would take
        a random one. The spectrogram is made by numpy, so no gradient reaches the samples.
        """
        parts = math.ceil(windows.shape[1] / self.window_samples)
        pooled = [self._pooled(part) for part in windows.tensor_split(parts, dim=1)]
        return torch.stack(pooled).mean(0)[:, None]

    def _pooled(self, windows: Tensor) -> Float[Tensor, "window features"]:
        sounds = list(windows.detach().float().cpu().numpy())
        mels = self.extractor(
            sounds, max_length=self.window_samples, sampling_rate=self.sample_rate
        )["input_features"]
        # None is longer than the network's input; the extractor would call a random one so.
        whole = torch.zeros(len(windows), 1, dtype=torch.bool, device=self.device)
        given = torch.from_numpy(np.stack(mels)).to(self.device, self.dtype)
        return super().forward(input_features=given, is_longer=whole).pooler_output.float()
