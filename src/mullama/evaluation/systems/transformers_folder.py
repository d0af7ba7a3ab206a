"""A folder or hub name of an audio-text model of transformers -> its processor and its weights.

Only classes that transformers itself has are made, from safetensors: no code comes with a model.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mullama.errors import CheckpointError, UsageError
from mullama.evaluation.systems.audio_text_model import AudioTextModel
from mullama.jobs.digest import file_digest
from mullama.nearest import did_you_mean

if TYPE_CHECKING:
    import torch

FETCHED = ("*.safetensors", "*.json", "*.jinja", "*.txt", "*.model")
"""What is fetched from the hub, and what decides the answers: weights, configuration, chat template."""


def find_folder(name: str, revision: str | None, *, local_files_only: bool) -> Path:
    """The folder of a model, fetched from the hub where it is not here. Raises CheckpointError."""
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
    )

    try:
        found = snapshot_download(
            name,
            revision=revision,
            allow_patterns=list(FETCHED),
            local_files_only=local_files_only,
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        how = "is not in the cache" if local_files_only else "could not be fetched from the hub"
        raise CheckpointError(
            f"{name} is no folder here, and {how} ({type(error).__name__}): check the name"
        ) from error
    return Path(found)


def folder_digests(folder: Path) -> dict[str, str]:
    """Name -> digest of every file that decides the answers. Raises CheckpointError."""
    files = sorted({path for pattern in FETCHED for path in folder.glob(pattern)})
    if not files:
        raise CheckpointError(f"{folder}: there is no model in it")
    return {path.name: file_digest(path, error_type=CheckpointError) for path in files}


def load(
    folder: Path, class_name: str | None, dtype: str | None, device: "torch.device"
) -> AudioTextModel:
    """Processor and model, in eval mode; the class is that of its configuration where none is named.

    Raises CheckpointError for what cannot be loaded, UsageError for a class that is none.
    """
    from transformers import AutoConfig, AutoProcessor
    from transformers.utils import logging

    logging.disable_progress_bar()  # the job's own says more, and nothing where there is no terminal
    safe = {"trust_remote_code": False, "local_files_only": True}
    try:
        config = AutoConfig.from_pretrained(folder, **safe)
        processor = AutoProcessor.from_pretrained(folder, **safe)
        kind = _class(class_name or next(iter(config.architectures or ()), ""))
        model = kind.from_pretrained(folder, dtype=dtype or "auto", use_safetensors=True, **safe)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise CheckpointError(f"{folder} cannot be loaded by transformers: {lines[0]}") from error
    if getattr(processor, "feature_extractor", None) is None or not processor.chat_template:
        raise CheckpointError(f"{folder}: its processor has no feature extractor or chat template")
    processor.tokenizer.padding_side = "left"
    if processor.tokenizer.pad_token_id is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
    model.generation_config = _greedy(model.generation_config, processor.tokenizer)
    return AudioTextModel(processor, model.to(device).eval().requires_grad_(False))


def _greedy(stored: Any, tokenizer: Any) -> Any:
    """Of how a model says that it samples, only where its answers end: all systems answer greedily."""
    from transformers import GenerationConfig

    ends = tokenizer.eos_token_id if stored.eos_token_id is None else stored.eos_token_id
    return GenerationConfig(do_sample=False, eos_token_id=ends, pad_token_id=tokenizer.pad_token_id)


def _class(name: str) -> Any:
    """A generating model's class, of transformers' own. Raises UsageError for another name."""
    import transformers

    found: Any = getattr(transformers, name, None) if name.isidentifier() else None
    parents = found.__mro__ if isinstance(found, type) else ()
    if not {transformers.PreTrainedModel, transformers.GenerationMixin} <= set(parents):
        like = [each for each in dir(transformers) if each.endswith("ForConditionalGeneration")]
        raise UsageError(
            f"model_class: transformers has no class of that name that generates: {name!r}"
            f"{did_you_mean(name, like)}"
        )
    return found
