"""A waveform window becomes the mean over time of each hidden state: wav2vec 2.0's architecture.

Convolutions over samples, then a transformer (Baevski et al. 2020): as HuBERT, WavLM and MERT have it.
Does not know files, window lengths or songs.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.listen.encoders.encoder import EncoderModel


class WaveformEncoder(EncoderModel):
    """Stands before a model of transformers of that family; nothing is ever padded.

    Padding would change every frame even under an attention mask, because the first convolution's
    group norm takes its statistics over the whole input.
    """

    @property
    def min_samples(self) -> int:
        """Samples that make one frame: the receptive field of the convolutions."""
        field, hop = 1, 1
        for kernel, stride in zip(self.config.conv_kernel, self.config.conv_stride, strict=True):
            field += (kernel - 1) * hop
            hop *= stride
        return field

    def forward(
        self, windows: Float[Tensor, "window samples"]
    ) -> Float[Tensor, "window states features"]:
        """Windows at the configured rate -> the mean over time of each hidden state, float32.

        The last state is taken after the encoder's final layer norm, as the published weights were
        trained; with stable layer norm, transformers' own tuple holds it before that norm.
        """
        if self.config.do_normalize:
            windows = normalise(windows)
        out = super().forward(windows.to(self.dtype), output_hidden_states=True, return_dict=True)
        states = (*out.hidden_states[:-1], out.last_hidden_state)
        return torch.stack([state.mean(dim=1, dtype=torch.float32) for state in states], dim=1)


def normalise(windows: Float[Tensor, "window samples"]) -> Float[Tensor, "window samples"]:
    """Zero mean and unit variance for each window, as Wav2Vec2FeatureExtractor does it."""
    variance, mean = torch.var_mean(windows.float(), dim=-1, correction=0, keepdim=True)
    return (windows.float() - mean) / torch.sqrt(variance + 1e-7)
