"""What the reader of an encoder's files hands on, whichever encoder it is."""

from dataclasses import dataclass

from transformers import PreTrainedConfig

from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.tensor_file import TensorFile


@dataclass(frozen=True)
class EncoderSource:
    """An encoder as it was found."""

    config: PreTrainedConfig
    state: dict[str, LazyTensor]
    """By our names."""
    files: list[TensorFile]
    """Empty where the adapter file brings the weights."""
