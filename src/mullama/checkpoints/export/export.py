"""A model's folder becomes one that other engines open: the widened language model, written once.

    hf     transformers' and PEFT's: config.json, safetensors, tokenizer
    vllm   the same, and how vLLM is started with it
    gguf   llama.cpp's, one file; see gguf_file.py

Everything is planned by name and shape before a byte is written, and memory holds a tensor at a time.
The folder appears whole or not at all. Songs are adapters beside it (song_adapter.py).
"""

from collections.abc import Callable
from pathlib import Path

from mullama.checkpoints.base import with_base
from mullama.checkpoints.export.card import ExportRecord, is_export, prompt_of, write_card
from mullama.checkpoints.export.export_options import ExportOptions
from mullama.checkpoints.export.language_model import LanguageModel, read_language_model
from mullama.checkpoints.export.usage import START, usage, vllm_settings
from mullama.checkpoints.export.widen import Widening, widen, widened_config, widening
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.model_folder import ModelFolder, read_model_folder
from mullama.checkpoints.safetensors_shards import write_shards
from mullama.checkpoints.save import as_os_errors
from mullama.checkpoints.store import resolve
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.errors import CheckpointError
from mullama.jobs.atomic_folder import atomic_folder

ARCHITECTURES = {"granite": "GraniteForCausalLM", "qwen3": "Qwen3ForCausalLM"}
Progress = Callable[[int], object]


def export(
    name: str | Path | None, options: ExportOptions, progress: Progress = lambda size: None
) -> str:
    """Write `options.out` and return its digest; `progress` is told the bytes of each tensor.

    Raises CheckpointError for a model that cannot be exported, and where the disk refuses.
    """
    model = with_base(read_model_folder(resolve(name)), options.base)
    language = read_language_model(model, options.dtype)
    by = widening(language.config, language.head_dim, options.tensor_parallel)
    state = widen(language, by)
    with atomic_folder(
        options.out,
        is_ours=is_export,
        ours="an export",
        overwrite=options.overwrite,
        needed_bytes=sum(tensor.bytes for tensor in state.values()),
        keep=model.files,
        error_type=CheckpointError,
    ) as folder:
        _write_transformers(folder, model, language, by, state, progress)
        if options.target == "vllm":
            (folder / START).write_text(vllm_settings(language, options), encoding="utf-8")
        return write_card(folder, record(model, options, by), usage(options))


def record(model: ModelFolder, options: ExportOptions, by: Widening | None) -> ExportRecord:
    """What is to be known of the export of a model."""
    config = model.config
    layers = range(config.text_config.num_hidden_layers)[-config.adapted_layers :]
    return ExportRecord(
        target=options.target,
        prompt=prompt_of(config),
        adapted_layers=tuple(layers),
        channel=None if by is None else by.channel,
        song=None,
        provenance=config.provenance,
    )


def _write_transformers(
    folder: Path,
    model: ModelFolder,
    language: LanguageModel,
    by: Widening,
    state: dict[str, LazyTensor],
    progress: Progress,
) -> None:
    config = widened_config(language, by)
    config.architectures = [ARCHITECTURES[config.model_type]]
    tokenizer = load_tokenizer(model.path, model.config.text_config.vocab_size)
    with as_os_errors():
        config.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        if model.generation is not None:
            model.generation.save_pretrained(folder)
    write_shards(folder, state, release=language.release, progress=progress)
