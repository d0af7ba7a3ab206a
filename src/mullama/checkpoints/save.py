"""A model in memory, with its tokenizer, becomes the files of a model's folder.

Writing goes through transformers; what its libraries in Rust raise for a full disk is told as OSError,
as everywhere else. The caller sees to it that the folder appears whole (jobs/atomic_folder.py).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from mullama.checkpoints.json_file import reason
from mullama.config import MuLlamaConfig
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor


def save_model(
    model: MuLlamaForConditionalGeneration,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    tensors: Mapping[str, Tensor],
) -> None:
    """Write configuration, sampling, tokenizer, and `tensors` as the weights. Raises OSError."""
    with as_os_errors():
        model.save_pretrained(folder, state_dict=dict(tensors))
    save_processor(model.config, tokenizer, folder)


def save_processor(config: MuLlamaConfig, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write the tokenizer, and what transformers lines text and waveforms up with. Raises OSError."""
    with as_os_errors():
        MuLlamaProcessor.of(config, tokenizer).save_pretrained(folder)


@contextmanager
def as_os_errors() -> Iterator[None]:
    """Tell what libraries in Rust raise for a disk that refuses as OSError."""
    try:
        yield
    except Exception as cause:
        # What tokenizers raises has no class of its own.
        if type(cause) is not Exception and not isinstance(cause, SafetensorError):
            raise
        raise OSError(reason(cause)) from cause
