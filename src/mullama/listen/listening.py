"""Sounds and clips become Listenings: the mean over time of each hidden state, over all their windows.

A sound comes as a stream and its windows are dropped once encoded, so its length does not matter; clips
are in memory, and gradients flow through them. Does not know where a sound comes from, nor where a
Listening is cached.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.errors import MuLlamaError
from mullama.listen.audio.reader import AudioReader
from mullama.listen.encoders.encoder import Encoder
from mullama.listen.windows import batches

BATCH_SECONDS = 60.0
"""Windows of equal length are encoded together, up to this much sound at a time."""
EncodeWindows = Callable[[Float[Tensor, "window samples"]], Float[Tensor, "window states features"]]
NO_MEMORY = "DefaultCPUAllocator: "
"""Part of what torch says on a CPU; there it has no class of its own for it."""


class DeviceMemoryError(MuLlamaError):
    """The memory of a device does not suffice for the encoder; no sound is to blame."""


@torch.no_grad()
def encode_sound(
    encoder: Encoder, sound: AudioReader, encode: EncodeWindows | None = None
) -> Float[Tensor, "states features"]:
    """A sound, read at the encoder's rate, -> its Listening, each window by its length.

    `encode` stands in for `encode_windows` of this encoder.
    Raises AudioError for what cannot be encoded, DeviceMemoryError; the reader knows afterwards how
    much was read.
    """
    total, samples = torch.zeros((), dtype=torch.float64), 0
    for batch in batches(encoder.windows(sound), max_windows(encoder)):
        windows = torch.from_numpy(batch)
        means = (encode or partial(encode_windows, encoder))(windows).double().cpu()
        total = total + means.sum(dim=0) * batch.shape[1]
        samples += batch.size
    return (total / samples).to(encoder.device, torch.float32)


def encode_clips(
    encoder: Encoder, clips: Sequence[Float[Tensor, " _"]]
) -> Float[Tensor, "clip states features"]:
    """Waveforms at the encoder's rate -> their Listenings, as `encode_sound` gives them.

    Windows of equal length are encoded together, whichever clip they are of. Raises AudioError for a
    clip that is too short, DeviceMemoryError.
    """
    cut = [encoder.split(clip) for clip in clips]
    lengths = [sum(map(len, pieces)) for pieces in cut]
    parts: list[list[Tensor]] = [[] for _ in clips]
    for some in _equal_windows(encoder, cut):
        means = encode_windows(encoder, torch.stack([window for _, window in some]))
        for (clip, window), mean in zip(some, means, strict=True):
            parts[clip].append(mean * (len(window) / lengths[clip]))
    return torch.stack([torch.stack(means).sum(0) for means in parts])


def first_window(encoder: Encoder, samples: int) -> int:
    """The length of the first window of a sound of so many samples.

    From wherever so much of it is taken, `encode_clips` encodes that as one window.
    """
    return len(encoder.split(torch.empty(samples, device="meta"))[0])


def _equal_windows(
    encoder: Encoder, cut: Sequence[Sequence[Tensor]]
) -> Iterator[list[tuple[int, Tensor]]]:
    """Windows of equal length with the number of their clip, as many as are encoded together."""
    by_length: dict[int, list[tuple[int, Tensor]]] = defaultdict(list)
    for number, pieces in enumerate(cut):
        for window in pieces:
            by_length[len(window)].append((number, window))
    size = max_windows(encoder)
    for group in by_length.values():
        for start in range(0, len(group), size):
            yield group[start : start + size]


def max_windows(encoder: Encoder) -> int:
    """How many are encoded together."""
    return max(1, int(BATCH_SECONDS * encoder.sample_rate / encoder.window_samples))


def encode_windows(
    encoder: Encoder, batch: Float[Tensor, "window samples"]
) -> Float[Tensor, "window states features"]:
    """Windows of equal length -> the mean of each state over each; raises DeviceMemoryError."""
    try:
        return encoder.encode(batch.to(encoder.device))
    except RuntimeError as error:
        if not isinstance(error, torch.OutOfMemoryError) and NO_MEMORY not in str(error):
            raise
        count, samples = batch.shape
        raise DeviceMemoryError(
            f"{count} windows of {samples / encoder.sample_rate:g} s do not fit into the memory of "
            f"{encoder.device}: take fewer workers, a smaller dtype or another device"
        ) from error
