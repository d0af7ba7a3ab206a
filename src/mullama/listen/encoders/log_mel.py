"""A waveform window becomes the mean and the deviation over time of each band of its log-mel spectrogram.

No weights: the floor that an encoder has to rise above. Does not know files, window lengths or songs.
"""

import torch
from huggingface_hub.dataclasses import strict
from jaxtyping import Float
from torch import Tensor
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.audio_utils import mel_filter_bank

from mullama.listen.encoders.encoder import EncoderModel

SILENT_POWER = 1e-10
"""Below it (-100 dB of a full-scale wave) a band counts as silent."""


@strict
class LogMelConfig(PreTrainedConfig):
    """The spectrogram's sizes."""

    model_type = "mullama_log_mel"

    sampling_rate: int = 24_000
    """Samples per second that are expected."""
    window_seconds: float = 60.0
    """A longer piece is cut into windows of this length."""
    bands: int = 128
    """Of the Slaney mel scale, from 0 Hz to half the rate."""
    frame_samples: int = 2048
    """Samples of a Fourier window."""
    hop_samples: int = 480
    """Samples from one window to the next."""


class LogMelEncoder(EncoderModel, PreTrainedModel):
    """One state: the means of all bands, then their deviations, in nats."""

    config_class = LogMelConfig
    main_input_name = "windows"

    def __init__(self, config: LogMelConfig) -> None:
        super().__init__(config)
        filters = mel_filter_bank(
            num_frequency_bins=config.frame_samples // 2 + 1,
            num_mel_filters=config.bands,
            min_frequency=0.0,
            max_frequency=config.sampling_rate / 2,
            sampling_rate=config.sampling_rate,
            norm="slaney",
            mel_scale="slaney",
        )
        self.filters: Tensor
        self.register_buffer("filters", torch.from_numpy(filters.T).float())
        self.post_init()

    @property
    def device(self) -> torch.device:  # type: ignore[override]  # as in transformers, no attribute
        """Where the filters are; transformers would look for a parameter, and there is none."""
        return self.filters.device

    @property
    def min_samples(self) -> int:
        """One Fourier window."""
        return int(self.config.frame_samples)

    @property
    def states(self) -> int:
        """The spectrogram's statistics are the only one."""
        return 1

    @property
    def features(self) -> int:
        """A mean and a deviation for each band."""
        return 2 * int(self.config.bands)

    def forward(
        self, windows: Float[Tensor, "window samples"]
    ) -> Float[Tensor, "window states features"]:
        """Windows at the configured rate -> their statistics, float32."""
        size = self.config.frame_samples
        shape = torch.hann_window(size, device=windows.device)
        bins = torch.stft(
            windows.float(), size, self.config.hop_samples, window=shape, center=False,
            return_complex=True,
        )  # fmt: skip
        power = torch.view_as_real(bins).square().sum(-1) / (shape.sum() / 2) ** 2
        bands = (self.filters @ power).clamp_min(SILENT_POWER).log()
        deviation, mean = torch.std_mean(bands, dim=-1, correction=0)
        return torch.cat([mean, deviation], dim=1)[:, None]
