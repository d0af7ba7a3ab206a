"""What the command line calls an encoder becomes one, with weights as stored, drawn, or none at all."""

from dataclasses import dataclass
from pathlib import Path

from mullama.checkpoints.placement import usable_device
from mullama.checkpoints.store import find_encoder, open_encoder
from mullama.errors import UsageError
from mullama.listen.encoders.encoder import EncoderModel
from mullama.listen.encoders.log_mel import LogMelConfig, LogMelEncoder

LOG_MEL = "log-mel"
"""Name of the floor: mean and deviation over time of a log-mel spectrogram."""
RANDOM = "random:"
"""Stands before the name of an encoder whose weights are to be drawn."""


@dataclass(frozen=True)
class Named:
    """An encoder that is asked for."""

    name: str
    """As it was asked for."""

    @property
    def label(self) -> str:
        """What a table calls it: without the folders above its own."""
        return f"{RANDOM if self.random else ''}{Path(self.model).name or self.model}"

    @property
    def random(self) -> bool:
        """Whether its weights are drawn."""
        return self.name.startswith(RANDOM)

    @property
    def model(self) -> str:
        """A folder, a hub name, the small model's or `LOG_MEL`."""
        return self.name.removeprefix(RANDOM)

    def check(self) -> None:
        """Raises CheckpointError for what is no encoder, before any work is done."""
        if self.name != LOG_MEL:
            find_encoder(self.model)

    def open(self, dtype: str | None, device: str | None, seed: int) -> EncoderModel:
        """The encoder, frozen. Raises CheckpointError, UsageError."""
        if self.name == LOG_MEL:
            return LogMelEncoder(LogMelConfig()).eval().to(usable_device(device))
        return open_encoder(self.model, dtype, device, random_seed=seed if self.random else None)


def named(names: tuple[str, ...]) -> list[Named]:
    """The encoders of these names, each checked. Raises UsageError for two that a table calls alike."""
    found = [Named(name) for name in names]
    labels = [one.label for one in found]
    if twice := [label for label in labels if labels.count(label) > 1]:
        raise UsageError(f"two encoders are called {twice[0]!r}: give folders of different names")
    for one in found:
        one.check()
    return found
