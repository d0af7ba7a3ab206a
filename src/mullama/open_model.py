"""Options become a model that listens and answers. Does not know what it is asked."""

from os import PathLike, fspath
from typing import Unpack

from mullama.adapt.retrieval import Retrieval
from mullama.adapt.retrieval_index import load_vectors
from mullama.checkpoints.heap import large_blocks_returned
from mullama.checkpoints.shipped import model_name
from mullama.checkpoints.store import load_model
from mullama.choose_decoder import choose_decoder
from mullama.load_options import LoadKeywords, LoadOptions
from mullama.options import given
from mullama.quantize import load_quantized
from mullama.song import MuLlama


def load(name: str | PathLike[str] | None = None, **options: Unpack[LoadKeywords]) -> MuLlama:
    """Open a model: one that ships (small, english), a folder that `mullama convert` wrote, or a hub name.

    The options are those of `LoadOptions`. Raises CheckpointError for what is no whole model,
    UsageError for an option that does not fit.
    """
    model = None if name is None else fspath(name)
    return open_model(LoadOptions(model=model, **given(LoadOptions, options)))


def open_model(options: LoadOptions) -> MuLlama:
    """As `load`, for options that are one value already."""
    retrieval = read_retrieval(options)
    with large_blocks_returned():
        if options.quantize is None:
            model, tokenizer = load_model(
                options.model, options.dtype, options.device, options.base
            )
            decoder = choose_decoder(model, options.decoder)
        else:
            model, tokenizer, decoder = load_quantized(options)
    return MuLlama(
        model,
        tokenizer,
        name=model_name(options.model),
        prompt_name=options.prompt,
        retrieval=retrieval,
        decoder=decoder,
    )


def read_retrieval(options: LoadOptions) -> Retrieval | None:
    """The neighbours that are blended in, if any are asked for."""
    if options.retrieval is None:
        return None
    vectors = load_vectors(options.retrieval)
    return Retrieval(
        vectors, options.retrieval_k, options.retrieval_weight, options.retrieval_temperature
    )
