"""Windows of one piece become its Listening: the mean over time of each hidden state.

The windows come as a stream and are dropped once heard, so the length of a piece does not matter.
Does not know where a sound comes from, nor where a Listening is kept.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from transformers import PreTrainedModel

from mullama.listen.audio.reader import AudioReader
from mullama.listen.audio.samples import Samples
from mullama.listen.windows import batches, windows

BATCH_SECONDS = 60.0
"""Windows of equal length are heard together, up to this much sound at a time."""


@torch.no_grad()
def hear(encoder: PreTrainedModel, pieces: Iterable[Samples]) -> Tensor:
    """Waveform windows (samples,) -> Listening (states, features), each window by its true weight."""
    most = max(1, int(BATCH_SECONDS / encoder.config.window_seconds))
    device = next(encoder.parameters()).device
    total, samples = torch.zeros((), dtype=torch.float64), 0
    for batch in batches(pieces, most):
        means = encoder(torch.from_numpy(batch).to(device)).double().cpu()
        total = total + means.sum(dim=0) * batch.shape[1]
        samples += batch.size
    return (total / samples).to(device, torch.float32)


def encode_sound(encoder: PreTrainedModel, sound: AudioReader) -> Tensor:
    """A sound, read at the encoder's rate, -> its Listening (states, features), float32.

    Raises AudioError for what cannot be heard; the reader knows afterwards how much was.
    """
    size = round(sound.rate * encoder.config.window_seconds)
    shortest = encoder.shortest_window
    cut = windows(sound.blocks(), size, shortest, rate=sound.rate, name=sound.name)
    return hear(encoder, cut)
