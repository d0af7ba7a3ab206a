"""Parts that were read belong to one model, or a line says which does not and what to take instead.

Knows names, shapes and types; reads no tensors.
"""

from collections.abc import Mapping

from mullama.checkpoints.convert.adapter import LLAMA_ADAPTER, Adapter
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.convert.encoder_source import EncoderSource
from mullama.checkpoints.convert.llama import Llama
from mullama.checkpoints.convert.tensor_names import MIX, QUERIES
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.weight_files import CODES
from mullama.errors import CheckpointError

PROJECTION = f"{LLAMA_ADAPTER.bridge_prefix}proj.weight"


def check_parts(
    adapter: Adapter, language: Llama, encoder: EncoderSource, options: ConvertOptions
) -> None:
    """Refuse parts of different models, in the words of the person who chose the files."""
    path, text, llama = adapter.file.path, language.config, options.llama
    if adapter.hidden != text.hidden_size:
        raise CheckpointError(
            f"{QUERIES} of {path} was trained with a LLaMA of width {adapter.hidden}, but {llama} "
            f"has width {text.hidden_size}: give --llama the size that belongs to it (7B is 4096, "
            "13B 5120)"
        )
    if options.adapted_layers not in (None, adapter.layers):
        raise CheckpointError(
            f"{QUERIES} of {path} holds {adapter.layers} queries where {options.adapted_layers} "
            "were "
            "expected: leave the number of adapted layers to the file"
        )
    if adapter.layers > text.num_hidden_layers:
        raise CheckpointError(
            f"{QUERIES} of {path} holds {adapter.layers} queries, but {llama} has only "
            f"{text.num_hidden_layers} layers: they do not belong together"
        )
    sizes = encoder.config.num_hidden_layers + 1, encoder.config.hidden_size
    states, features = adapter.listening
    if adapter.listening != sizes and adapter.published is LLAMA_ADAPTER:
        raise CheckpointError(
            f"{PROJECTION} of {path} was trained with an encoder that gives {features} numbers, but "
            f"that of {options.imagebind or path} gives {sizes[1]}: give --imagebind the one that "
            "belongs to it (imagebind_huge.pth is 1024)"
        )
    if adapter.listening != sizes:
        raise CheckpointError(
            f"{MIX} of {path} was trained with an encoder of {states} hidden states of {features}, "
            f"but {options.mert} has {sizes[0]} of {sizes[1]}: give --mert the one that belongs to it "
            "(MERT-v1-330M is 25 x 1024, MERT-v1-95M 13 x 768)"
        )


def check_tensors(plan: Mapping[str, LazyTensor], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse what is missing, unknown, of another shape, or of a type that cannot be written."""
    for name in shapes:
        if name not in plan:
            raise CheckpointError(
                f"no file brings {name}: a file is incomplete, or its configuration is of another "
                "model"
            )
    for name, tensor in plan.items():
        if name not in shapes:
            raise CheckpointError(
                f"{tensor.origin} has no place in this model (it would be {name}): is the "
                "configuration beside it its own?"
            )
        if tensor.shape != shapes[name]:
            raise CheckpointError(
                f"{tensor.origin} has shape {tensor.shape}, but {shapes[name]} is needed: take the "
                "files that belong together"
            )
        if tensor.dtype not in CODES:
            raise CheckpointError(
                f"{tensor.origin} holds {tensor.dtype}: take weights that are not quantised"
            )
