"""What listening asks of an encoder: windows of a sound in, the mean of each hidden state out.

Another package adds one by a class like `MertEncoder` and an entry point of the group
`mullama.encoders`: the `model_type` of its configuration -> "module:Class". The configuration needs
`sampling_rate`, `window_seconds`, `num_hidden_layers` (the states but for the first; 0 where there is
one alone) and `hidden_size`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mullama.listen.audio.reader import PUBLISHED_SECONDS, AudioReader
from mullama.listen.audio.samples import Waveform
from mullama.listen.windows import window_lengths, windows


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
    def published_seconds(self) -> float:
        """How much of a sound `as_published` takes."""

    @property
    def device(self) -> torch.device:
        """Where windows are expected."""

    def windows(self, sound: AudioReader) -> Iterator[Waveform]:
        """A sound read at `sample_rate` -> what is heard of it, in windows; raises AudioError."""

    def split(self, clip: Float[Tensor, " samples"]) -> Sequence[Float[Tensor, " _"]]:
        """The same for a mono waveform in memory; gradients flow."""

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
    published_seconds: float = PUBLISHED_SECONDS
    """How much of a sound `as_published` takes."""

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

    def windows(self, sound: AudioReader) -> Iterator[Waveform]:
        """All of the mean of its channels, each sample in one window. Raises AudioError."""
        return windows(
            sound.blocks(),
            self.window_samples,
            self.min_samples,
            rate=self.sample_rate,
            name=sound.name,
        )

    def split(self, clip: Float[Tensor, " samples"]) -> Sequence[Float[Tensor, " _"]]:
        """The same for a mono waveform in memory; gradients flow."""
        sizes = self.window_samples, self.min_samples
        return clip.split(window_lengths(len(clip), *sizes, rate=self.sample_rate))

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
