"""What listening asks of an encoder: windows of a waveform in, the mean of each hidden state out.

Another package adds one by a class like `MertEncoder` and an entry point of the group
`mullama.encoders`: the `model_type` of its configuration -> "module:Class". The configuration needs
`sampling_rate`, `window_seconds`, `num_hidden_layers` (the states but for the first) and `hidden_size`.
"""

from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn


@runtime_checkable
class Encoder(Protocol):
    """Encodes windows of equal length; nothing is ever padded."""

    @property
    def sample_rate(self) -> int:
        """Of the waveforms, in Hz."""

    @property
    def window_samples(self) -> int:
        """A longer piece is cut into windows of this length."""

    @property
    def min_samples(self) -> int:
        """A shorter window cannot be encoded."""

    @property
    def states(self) -> int:
        """Hidden states of which it gives the mean."""

    @property
    def features(self) -> int:
        """Width of a hidden state."""

    @property
    def device(self) -> torch.device:
        """Where windows are expected."""

    def encode(
        self, windows: Float[Tensor, "window samples"]
    ) -> Float[Tensor, "window states features"]:
        """The mean over time of each hidden state, float32; gradients flow."""


class EncoderModel(nn.Module):
    """An encoder that is a model of transformers: its base beside `PreTrainedModel` or a child of that.

    A subclass gives `min_samples` and a `forward` that does what `encode` says. It is made with its
    configuration alone, which says everything that decides what it gives.
    """

    config: Any
    device: torch.device
    dtype: torch.dtype

    @property
    def sample_rate(self) -> int:
        """Of the waveforms, in Hz."""
        return int(self.config.sampling_rate)

    @property
    def window_samples(self) -> int:
        """A longer piece is cut into windows of this length."""
        return round(self.config.sampling_rate * self.config.window_seconds)

    @property
    def min_samples(self) -> int:
        """A shorter window cannot be encoded."""
        raise NotImplementedError

    @property
    def states(self) -> int:
        """The input embedding, and the output of each layer."""
        return int(self.config.num_hidden_layers) + 1

    @property
    def features(self) -> int:
        """Width of a hidden state."""
        return int(self.config.hidden_size)

    def encode(
        self, windows: Float[Tensor, "window samples"]
    ) -> Float[Tensor, "window states features"]:
        """The mean over time of each hidden state, float32; gradients flow, and hooks are called."""
        return self(windows)
