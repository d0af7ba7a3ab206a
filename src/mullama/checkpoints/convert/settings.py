"""The parts that were read become what is stored beside the weights: configuration, sampling, tokenizer.

Knows names, sizes and provenance; writes no tensors.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from transformers import GenerationConfig, PreTrainedTokenizerFast

from mullama.checkpoints.convert.adapter import LLAMA_ADAPTER, MU_LLAMA, Adapter
from mullama.checkpoints.convert.chat import chat_prompt
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.convert.encoder_source import EncoderSource
from mullama.checkpoints.convert.llama import Llama
from mullama.checkpoints.convert.tokenizer import write_tokenizer
from mullama.checkpoints.json_file import INVALID, reason
from mullama.checkpoints.save import save_processor
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.config import MuLlamaConfig
from mullama.errors import CheckpointError
from mullama.jobs.digest import file_digest
from mullama.model import MuLlamaForConditionalGeneration

ADAPTED_LAYERS = 20
"""Layers that a fresh adapter enters, as published; fewer where the language model has fewer."""
NEW_TOKENS = 512
"""Where the answer of a fresh adapter is cut."""
PROMPTS = {MU_LLAMA.model: "published", LLAMA_ADAPTER.model: "alpaca"}
SAMPLING = {
    MU_LLAMA.model: {"temperature": 0.6, "top_p": 0.8, "max_new_tokens": NEW_TOKENS},
    LLAMA_ADAPTER.model: {"temperature": 0.1, "top_p": 0.75, "max_new_tokens": 256},
}
"""Of each one's published command line and evaluation; no top-k."""
POSITIONS = {LLAMA_ADAPTER.model: 512}
"""Of prompt and answer together, where the published code allows fewer than LLaMA."""
MAX_DIGESTED_BYTES = 2**24
"""Provenance holds the digest of a file up to this size, of a larger one its size alone."""


def new_config(
    adapter: Adapter | None, language: Llama, encoder: EncoderSource, options: ConvertOptions
) -> MuLlamaConfig:
    """The configuration of the parts together. Raises CheckpointError."""
    if "model.embed_tokens.weight" not in language.state:
        raise CheckpointError("no file brings the language model's model.embed_tokens.weight")
    if adapter and (positions := POSITIONS.get(adapter.published.model)):
        language.config.max_position_embeddings = positions
    try:
        config = MuLlamaConfig(
            audio_config=encoder.config,
            text_config=language.config,
            prompt=PROMPTS[adapter.published.model] if adapter else options.prompt or "clean",
            provenance=_provenance(adapter, language, encoder, options),
            **(_sizes(adapter) if adapter else _fresh_sizes(language, options)),
        )
    except INVALID as cause:
        raise CheckpointError(f"the parts make no model: {reason(cause)}") from cause
    config.architectures = [MuLlamaForConditionalGeneration.__name__]
    # Each part runs in the type that it is stored in, unless another is asked for.
    config.dtype = config.text_config.dtype = language.state["model.embed_tokens.weight"].dtype
    config.audio_config.dtype = next(iter(encoder.state.values())).dtype
    config.text_config.name_or_path = ""
    return config


def write_settings(
    folder: Path,
    config: MuLlamaConfig,
    language: Llama,
    adapter: Adapter | None,
    *,
    template: str | None,
    prompt: str | None = None,
) -> None:
    """Write everything but the weights; completes `config` by what the tokenizer says.

    `template` is the chat template of a fresh adapter's language model, if it has one; a `prompt` takes its
    place, in which special tokens are spelt out as well. Raises CheckpointError and OSError.
    """
    source = write_tokenizer(
        language.tokenizer,
        folder,
        rows=config.text_config.vocab_size,
        exact=language.exact_vocabulary,
        begin=adapter is not None,
        chat=template is not None,
    )
    config.provenance["tokenizer"] = _facts([source])
    tokenizer = load_tokenizer(folder, config.text_config.vocab_size)
    if template is not None and prompt is None:
        config.prompt = chat_prompt(tokenizer, template, language.tokenizer)
    if language.exact_vocabulary:  # Meta's params.json does not say
        config.text_config.bos_token_id = tokenizer.bos_token_id
        config.text_config.eos_token_id = tokenizer.eos_token_id
    config.save_pretrained(folder)
    _generation(config, tokenizer, adapter).save_pretrained(folder)
    save_processor(config, tokenizer, folder)


def _sizes(adapter: Adapter) -> dict[str, Any]:
    return {
        "adapted_layers": adapter.layers,
        "lora_rank": adapter.lora_rank,
        "listening": "last" if adapter.published is LLAMA_ADAPTER else "states",
        "bridge_blocks": adapter.blocks,
        "bridge_width": adapter.width,
    }


def _fresh_sizes(language: Llama, options: ConvertOptions) -> dict[str, Any]:
    layers = options.adapted_layers
    return {
        "adapted_layers": min(ADAPTED_LAYERS, language.config.num_hidden_layers)
        if layers is None
        else layers,
        "lora_rank": options.lora_rank,
        "lora_layers": options.lora_layers,
        "listening": options.listening,
        "bridge_blocks": options.bridge_blocks,
        "bridge_width": options.bridge_width or 0,
    }


def _provenance(
    adapter: Adapter | None, language: Llama, encoder: EncoderSource, options: ConvertOptions
) -> dict[str, Any]:
    return {
        "mullama": version("mullama"),
        "llama": _facts([file.path for file in language.files]),
        encoder.config.model_type.removeprefix("mullama_"): _facts(
            [file.path for file in encoder.files]
        ),
        "adapter": _facts([adapter.file.path]) if adapter else _fresh_facts(options),
    }


def _fresh_facts(options: ConvertOptions) -> dict[str, Any]:
    bridge = {} if options.bridge is None else {"bridge of": Path(options.bridge).name}
    return {"fresh, seed": options.seed, **bridge}


def _facts(paths: list[Path]) -> dict[str, str]:
    """Names and sizes, never the folders that the files lay in."""
    return {path.name: _digest_or_size(path) for path in paths}


def _digest_or_size(path: Path) -> str:
    if (size := path.stat().st_size) > MAX_DIGESTED_BYTES:
        return f"{size} bytes"
    return f"sha256 {file_digest(path, error_type=CheckpointError)}"


def _generation(
    config: MuLlamaConfig, tokenizer: PreTrainedTokenizerFast, adapter: Adapter | None
) -> GenerationConfig:
    greedy = {"do_sample": False, "max_new_tokens": NEW_TOKENS}
    sampled = {"do_sample": True, "top_k": 0}
    return GenerationConfig(
        **({**sampled, **SAMPLING[adapter.published.model]} if adapter else greedy),
        bos_token_id=config.text_config.bos_token_id,
        eos_token_id=_ends(config, tokenizer),
        pad_token_id=tokenizer.pad_token_id,
    )


def _ends(config: MuLlamaConfig, tokenizer: PreTrainedTokenizerFast) -> int | list[int] | None:
    """Every token that ends an answer: a chat's turn may end otherwise than its texts do."""
    stated = config.text_config.eos_token_id
    ends = [*stated] if isinstance(stated, list) else [stated]
    known = dict.fromkeys([*ends, tokenizer.eos_token_id])
    found = [token for token in known if token is not None]
    return found[0] if len(found) == 1 else found or None
