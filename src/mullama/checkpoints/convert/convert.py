"""Weights as others stored them become one folder: safetensors, configuration, tokenizer.

    --llama DIR  --adapter FILE  --mert DIR   ->   --out DIR

Everything is planned and checked by name and shape before a byte is written; nothing is lost: base
weights keep their own type, LoRA stays apart, adapter and encoder stay as they are. The folder
appears under its name when it is whole, or not at all. What a source looks like inside, the file of
that name knows.
"""

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from transformers import GenerationConfig, PreTrainedTokenizerFast

from mullama.checkpoints.convert.adapter import Adapter, read_adapter
from mullama.checkpoints.convert.chat import chat_prompt, chat_template
from mullama.checkpoints.convert.fit import check_parts, check_tensors
from mullama.checkpoints.convert.folder import atomic_folder
from mullama.checkpoints.convert.fresh import fresh, zeros
from mullama.checkpoints.convert.llama import Llama, read_llama
from mullama.checkpoints.convert.mert import Mert, read_mert
from mullama.checkpoints.convert.safetensors_shards import write_shards
from mullama.checkpoints.convert.tokenizer import write_tokenizer
from mullama.checkpoints.store import load_tokenizer
from mullama.checkpoints.tensors import LazyTensor
from mullama.config import MuLlamaConfig
from mullama.errors import CheckpointError, UsageError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor

ADAPTED_LAYERS = 20
"""Layers that a fresh adapter enters, as published; fewer where the language model has fewer."""
PUBLISHED_SAMPLING = {"do_sample": True, "temperature": 0.6, "top_p": 0.8, "top_k": 0}
"""Of the published command line and evaluation; no top-k."""
NEW_TOKENS = 512
"""Where an answer is cut, as on the published command line."""
HASHED_BYTES = 2**24
"""Provenance holds the digest of a file up to this size, of a larger one its size alone."""
FRESH = ("bridge.", "shifts.")
"""What a fresh adapter consists of, with LoRA."""
UNTRAINED_BIASES = ("k_proj.bias", "v_proj.bias")
"""Biases that no published adapter has, and that ours keeps at zero."""
BIASES = ("_proj.bias",)
"""All of them are zero until they are finetuned."""


def convert(
    *,
    llama: Path,
    mert: Path,
    out: Path,
    adapter: Path | None = None,
    llama_type: str | None = None,
    adapted_layers: int | None = None,
    lora_rank: int = 0,
    listening: str = "states",
    seed: int = 0,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the folder `out` and return it; raises CheckpointError for parts that do not fit.

    Without `adapter` a fresh one starts from `seed`, entering `adapted_layers` with LoRA of
    `lora_rank`, and hearing what `listening` says (see MuLlamaConfig); its prompt is the language
    model's own chat, if it has one. With `adapter` all of that is read from the file, and
    `adapted_layers` is only compared. `progress` hears (bytes written, bytes in all). `llama_type`
    as in `read_llama`.
    """
    if lora_rank < 0:
        raise UsageError(f"a LoRA rank is 0 or more, not {lora_rank}")
    read = read_adapter(Path(adapter)) if adapter is not None else None
    brought = read.language if read else {}
    language = read_llama(Path(llama), brought, llama_type)
    encoder = read_mert(Path(mert), read.encoder if read else {})
    if read:
        if listening != "states":
            raise UsageError(f"--listening {listening} is for a fresh adapter: leave --adapter out")
        check_parts(read, language, encoder, Path(llama), Path(mert), adapted_layers)
    chosen = {"adapted_layers": adapted_layers, "lora_rank": lora_rank, "listening": listening}
    config = _config(read, language, encoder, chosen, seed)
    plan = _plan(config, read, language, encoder, seed)
    files = [*language.files, *encoder.files, *([read.file] if read else [])]
    total = sum(tensor.bytes for tensor in plan.values())
    inputs = [Path(llama), Path(mert), *([Path(adapter)] if adapter is not None else [])]
    template = chat_template(language.tokenizer) if read is None else None
    with atomic_folder(Path(out), overwrite=overwrite, needed_bytes=total, keep=inputs) as folder:
        source = write_tokenizer(
            language.tokenizer,
            folder,
            rows=config.text_config.vocab_size,
            exact=language.exact_vocabulary,
            begin=read is not None,
            chat=template is not None,
        )
        config.provenance["tokenizer"] = _facts([source])
        tokenizer = load_tokenizer(folder)
        if template is not None:
            config.prompt = chat_prompt(tokenizer, template, language.tokenizer)
        if language.exact_vocabulary:  # Meta's params.json does not say
            config.text_config.bos_token_id = tokenizer.bos_token_id
            config.text_config.eos_token_id = tokenizer.eos_token_id
        _write_settings(folder, config, tokenizer, sampled=read is not None)

        def release() -> None:
            for file in files:
                file.release()

        written = 0

        def count(size: int) -> None:
            nonlocal written
            written += size
            if progress is not None:
                progress(written, total)

        write_shards(folder, plan, release=release, progress=count)
    return Path(out)


def _config(
    adapter: Adapter | None,
    language: Llama,
    encoder: Mert,
    chosen: dict[str, Any],
    seed: int,
) -> MuLlamaConfig:
    """What is known of the model; `chosen` is of a fresh adapter."""
    if "model.embed_tokens.weight" not in language.state:
        raise CheckpointError("no file brings the language model's model.embed_tokens.weight")
    if chosen["adapted_layers"] is None:
        chosen["adapted_layers"] = min(ADAPTED_LAYERS, language.config.num_hidden_layers)
    provenance: dict[str, Any] = {
        "mullama": version("mullama"),
        "llama": _facts([file.path for file in language.files]),
        "mert": _facts([file.path for file in encoder.files]),
        "adapter": _facts([adapter.file.path]) if adapter else {"fresh, seed": seed},
    }
    if adapter:
        chosen = {
            "adapted_layers": adapter.layers,
            "lora_rank": adapter.lora_rank,
            "bridge_blocks": adapter.blocks,
            "bridge_width": adapter.width,
        }
    config = MuLlamaConfig(
        audio_config=encoder.config,
        text_config=language.config,
        prompt="published" if adapter else "clean",
        provenance=provenance,
        **chosen,
    )
    config.architectures = [MuLlamaForConditionalGeneration.__name__]
    # Each part runs in the type that it is stored in, unless another is asked for.
    config.dtype = config.text_config.dtype = language.state["model.embed_tokens.weight"].dtype
    config.audio_config.dtype = next(iter(encoder.state.values())).dtype
    config.text_config.name_or_path = ""
    return config


def _facts(paths: list[Path]) -> dict[str, Any]:
    """Names and sizes, never the folders that they lay in."""
    return {path.name: _digest(path) or f"{path.stat().st_size} bytes" for path in paths}


def _digest(path: Path) -> str | None:
    if path.stat().st_size > HASHED_BYTES:
        return None
    return f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _plan(
    config: MuLlamaConfig, adapter: Adapter | None, language: Llama, encoder: Mert, seed: int
) -> dict[str, LazyTensor]:
    """Every tensor of the folder by its name there, checked against the model's own list."""
    shapes, kind = _shapes(config), config.text_config.model_type
    plan = {f"language_model.{name}": tensor for name, tensor in language.state.items()}
    plan |= {f"encoder.{name}": tensor for name, tensor in encoder.state.items()}
    if adapter:
        plan |= {f"bridge.{name}": tensor for name, tensor in adapter.bridge.items()}
        plan["shifts.queries"] = adapter.queries
        plan["shifts.gates"] = adapter.open_gates(config.text_config.num_hidden_layers)
    else:
        drawn = [name for name in shapes if name.startswith(FRESH) or ".lora_" in name]
        plan |= fresh(drawn, shapes, seed)
    untrained = UNTRAINED_BIASES if adapter and adapter.trained_biases else BIASES
    for name, shape in shapes.items():
        if name not in plan and kind == "llama" and name.endswith(untrained):
            plan[name] = zeros(shape, name)
    check_tensors(plan, shapes)
    return {name: plan[name] for name in shapes}


def _shapes(config: MuLlamaConfig) -> dict[str, tuple[int, ...]]:
    try:
        with torch.device("meta"):
            model = MuLlamaForConditionalGeneration(config)
    except ValueError as cause:
        kind = config.text_config.model_type
        raise CheckpointError(f"a {kind} is no causal language model: {cause}") from cause
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    if config.text_config.tie_word_embeddings:
        shapes.pop("language_model.lm_head.weight", None)
    return shapes


def _write_settings(
    folder: Path, config: MuLlamaConfig, tokenizer: PreTrainedTokenizerFast, *, sampled: bool
) -> None:
    """Configuration, default sampling, and what transformers lines text and waveforms up with."""
    generation = GenerationConfig(
        **(PUBLISHED_SAMPLING if sampled else {"do_sample": False}),
        max_new_tokens=NEW_TOKENS,
        bos_token_id=config.text_config.bos_token_id,
        eos_token_id=_ends(config, tokenizer),
        pad_token_id=tokenizer.pad_token_id,
    )
    config.save_pretrained(folder)
    generation.save_pretrained(folder)
    MuLlamaProcessor.of(config, tokenizer).save_pretrained(folder)


def _ends(config: MuLlamaConfig, tokenizer: PreTrainedTokenizerFast) -> int | list[int] | None:
    """Every token that ends an answer: a chat's turn may end otherwise than its texts do."""
    stated = config.text_config.eos_token_id
    ends = [*stated] if isinstance(stated, list) else [stated]
    known = dict.fromkeys([*ends, tokenizer.eos_token_id])
    found = [token for token in known if token is not None]
    return found[0] if len(found) == 1 else found or None
