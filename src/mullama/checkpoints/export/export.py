"""A model's folder becomes one that other engines open: the widened language model, written once.

    hf     transformers' and PEFT's: config.json, safetensors, tokenizer
    vllm   the same, and how vLLM is started with it
    gguf   llama.cpp's, one file; see gguf_file.py

Everything is planned by name and shape before a byte is written, and memory holds a tensor at a time.
The folder appears whole or not at all. Songs are adapters beside it (song_adapter.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jaxtyping import Float
from torch import Tensor
from transformers import PreTrainedConfig, PreTrainedTokenizerFast

from mullama.checkpoints.base import with_base
from mullama.checkpoints.export.card import ExportRecord, is_export, prompt_of, write_card
from mullama.checkpoints.export.export_options import ExportOptions
from mullama.checkpoints.export.gguf_file import with_song, write_gguf
from mullama.checkpoints.export.gguf_tokenizer import gguf_vocabulary
from mullama.checkpoints.export.language_model import LanguageModel, read_language_model
from mullama.checkpoints.export.usage import START, usage, vllm_settings
from mullama.checkpoints.export.widen import widen, widened_config, widening
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.model_folder import ModelFolder, read_model_folder
from mullama.checkpoints.safetensors_shards import write_shards
from mullama.checkpoints.save import as_os_errors
from mullama.checkpoints.store import resolve
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.errors import CheckpointError, UsageError
from mullama.jobs.atomic_folder import atomic_folder

GGUF = "model.gguf"
ARCHITECTURES = {"granite": "GraniteForCausalLM", "qwen3": "Qwen3ForCausalLM"}


@dataclass(frozen=True)
class Song:
    """A song that is put inside."""

    name: str
    """Digest of its file."""
    shifts: Float[Tensor, "layers width"]
    """What it adds before the output projections of the adapted layers."""


Progress = Callable[[int], object]


def export(
    name: str | Path | None,
    options: ExportOptions,
    song: Song | None = None,
    progress: Progress = lambda size: None,
) -> str:
    """Write `options.out` and return its digest; `progress` is told the bytes of each tensor.

    `song` is put inside a GGUF file. Raises CheckpointError for a model that cannot be exported, and where
    the disk refuses; UsageError for a song where it has no place.
    """
    if song is not None and options.target != "gguf":
        raise UsageError("--song is for GGUF: songs are adapters elsewhere, see mullama listen")
    model = with_base(read_model_folder(resolve(name)), options.base)
    language = read_language_model(model, options.dtype)
    by = widening(language.config, language.head_dim, options.tensor_parallel)
    state = widen(language, by) if song is None else with_song(language, song.shifts)
    config = widened_config(language, by) if song is None else language.config
    exported = _Export(model, language, config, state)
    with atomic_folder(
        options.out,
        is_ours=is_export,
        ours="an export",
        overwrite=options.overwrite,
        needed_bytes=sum(tensor.bytes for tensor in state.values()),
        keep=model.files,
        error_type=CheckpointError,
    ) as folder:
        if options.target == "gguf":
            exported.write_gguf(folder / GGUF, progress)
        else:
            exported.write_transformers(folder, progress)
        if options.target == "vllm":
            (folder / START).write_text(vllm_settings(language, options), encoding="utf-8")
        channel = by.channel if song is None else None
        return write_card(
            folder, record(model, options, channel, song), usage(options, song is not None)
        )


def record(
    model: ModelFolder, options: ExportOptions, channel: int | None, song: Song | None
) -> ExportRecord:
    """What is to be known of the export of a model."""
    config = model.config
    layers = range(config.text_config.num_hidden_layers)[-config.adapted_layers :]
    return ExportRecord(
        target=options.target,
        prompt=prompt_of(config),
        adapted_layers=tuple(layers),
        channel=channel,
        song=None if song is None else song.name,
        provenance=config.provenance,
    )


@dataclass(frozen=True)
class _Export:
    """What is to be written."""

    model: ModelFolder
    language: LanguageModel
    config: PreTrainedConfig
    state: dict[str, LazyTensor]

    @property
    def tokenizer(self) -> PreTrainedTokenizerFast:
        """The model's own."""
        return load_tokenizer(self.model.path, self.model.config.text_config.vocab_size)

    def write_transformers(self, folder: Path, progress: Progress) -> None:
        """Configuration, tokenizer, sampling and weights, as transformers reads them."""
        self.config.architectures = [ARCHITECTURES[self.config.model_type]]
        with as_os_errors():
            self.config.save_pretrained(folder)
            self.tokenizer.save_pretrained(folder)
            if self.model.generation is not None:
                self.model.generation.save_pretrained(folder)
        write_shards(folder, self.state, release=self.language.release, progress=progress)

    def write_gguf(self, path: Path, progress: Progress) -> None:
        """One file with everything, as llama.cpp reads it."""
        vocabulary = gguf_vocabulary(self.tokenizer, self.config.vocab_size)
        write_gguf(
            path,
            self.config,
            self.state,
            vocabulary,
            name=self.model.path.absolute().name,
            release=self.language.release,
            progress=progress,
        )
