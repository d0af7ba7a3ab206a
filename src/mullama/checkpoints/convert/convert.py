"""Weights as others stored them become one folder: safetensors, configuration, tokenizer.

    --llama DIR  --adapter FILE  --mert DIR | --imagebind FILE | --encoder NAME   ->   --out DIR

Everything is planned and checked by name and shape before a byte is written; nothing is lost: base
weights keep their own type, LoRA stays apart, adapter and encoder stay as they are. The folder
appears under its name when it is whole, or not at all. What a source looks like inside, the file of
that name knows.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mullama.checkpoints.base import base_record, write_base_record
from mullama.checkpoints.convert.adapter import LLAMA_ADAPTER, Adapter, read_adapter
from mullama.checkpoints.convert.adapter_only import read_apart, read_together
from mullama.checkpoints.convert.any_encoder import read_any_encoder
from mullama.checkpoints.convert.chat import chat_template
from mullama.checkpoints.convert.convert_options import OF_FRESH_ALONE, ConvertOptions
from mullama.checkpoints.convert.encoder_source import EncoderSource
from mullama.checkpoints.convert.fit import check_parts, check_tensors
from mullama.checkpoints.convert.fresh import fresh, zeros
from mullama.checkpoints.convert.imagebind import read_imagebind
from mullama.checkpoints.convert.llama import Llama
from mullama.checkpoints.convert.mert import read_mert
from mullama.checkpoints.convert.settings import new_config, write_settings
from mullama.checkpoints.convert.turned_bridge import read_bridge, turned
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.model_folder import ModelFolder, is_model_folder
from mullama.checkpoints.safetensors_shards import write_shards
from mullama.checkpoints.skeleton import build_skeleton, needed_shapes
from mullama.config import MuLlamaConfig
from mullama.errors import CheckpointError, UsageError
from mullama.jobs.atomic_folder import atomic_folder

FRESH = ("bridge.", "shifts.")
"""What a fresh adapter consists of, with LoRA."""
MIX = "bridge.mix."
UNTRAINED_BIASES = ("k_proj.bias", "v_proj.bias")
"""Biases that no published adapter has, and that ours keeps at zero."""
BIASES = ("_proj.bias",)
"""All of them are zero until they are finetuned."""

Progress = Callable[[int, int], None]


def convert(options: ConvertOptions, progress: Progress | None = None) -> Path:
    """Write the folder `options.out` and return it; raises CheckpointError for parts that do not fit.

    Without an adapter file a fresh adapter starts from the seed; its prompt is the language model's own
    chat, if it has one. `progress` is told (bytes written, bytes in all).
    """
    adapter = read_adapter(options.adapter) if options.adapter is not None else None
    if adapter:
        _refuse_fresh(options)
    overrides = adapter.language if adapter else {}
    read = read_apart if options.adapter_only else read_together
    found = read(options.llama, overrides, options.llama_type)
    language = found.language
    encoder = _read_encoder(options, adapter)
    if adapter:
        check_parts(adapter, language, encoder, options)
    bridge = None
    if options.bridge is not None:
        bridge = read_bridge(options.bridge, language, encoder)
        options = replace(
            options,
            bridge_blocks=bridge.config.bridge_blocks,
            bridge_width=bridge.config.bridge_width,
        )
    config = new_config(adapter, language, encoder, options)
    plan = _plan(config, adapter, language, encoder, options, bridge)
    plan = {name: tensor for name, tensor in plan.items() if name not in found.left_out}
    total = sum(tensor.bytes for tensor in plan.values())
    given = (options.llama, options.mert, options.imagebind, options.adapter)
    template = chat_template(language.tokenizer) if adapter is None else None
    with atomic_folder(
        options.out,
        is_ours=is_model_folder,
        ours="a model of ours",
        overwrite=options.overwrite,
        needed_bytes=total,
        keep=[path for path in given if path is not None],
        error_type=CheckpointError,
    ) as folder:
        write_settings(folder, config, language, adapter, template=template, prompt=options.prompt)
        if found.left_out:
            write_base_record(folder, base_record(found.base))
        files = [*language.files, *encoder.files, *([adapter.file] if adapter else [])]

        def release() -> None:
            for file in files:
                file.release()

        write_shards(folder, plan, release=release, progress=_counted(progress, total))
    return options.out


def _refuse_fresh(options: ConvertOptions) -> None:
    """An adapter file says of itself what these options say of a fresh one."""
    for name in OF_FRESH_ALONE:
        given = getattr(options, name)
        if given != getattr(ConvertOptions, name):
            flag = f"--{name.replace('_', '-')} {given}"
            raise UsageError(f"{flag} is for a fresh adapter: leave --adapter out")


def _read_encoder(options: ConvertOptions, adapter: Adapter | None) -> EncoderSource:
    """The encoder that is asked for; refuses one that the adapter was not trained with."""
    own = adapter.encoder if adapter else {}
    if sum(one is not None for one in (options.mert, options.imagebind, options.encoder)) > 1:
        raise UsageError("give one of --mert, --imagebind and --encoder: a model has one encoder")
    if options.encoder is not None:
        if adapter:
            raise UsageError(
                "--encoder is for a fresh adapter: a published one needs --mert or --imagebind"
            )
        return read_any_encoder(options.encoder)
    if adapter:
        _check_encoder(options, adapter)
    if options.mert is not None:
        return read_mert(options.mert, own)
    if options.imagebind is not None or own:
        return read_imagebind(options.imagebind, own, options.imagebind_heads)
    raise UsageError(
        "the model needs an encoder: give --mert DIR, --imagebind FILE or --encoder NAME"
    )


def _check_encoder(options: ConvertOptions, adapter: Adapter) -> None:
    """Refuse the other model's encoder, or none where the adapter file does not bring it."""
    published = adapter.published
    given = options.imagebind if published is LLAMA_ADAPTER else options.mert
    other = options.mert if published is LLAMA_ADAPTER else options.imagebind
    whole = published is LLAMA_ADAPTER and bool(adapter.encoder)
    if other is not None or (given is None and not whole):
        instead = "" if other is None else f", not {other}"
        raise CheckpointError(
            f"{adapter.file.path} is an adapter of {published.model}, like {published.file}: give "
            f"{published.option} {published.encoder}{instead}"
        )


def _counted(progress: Progress | None, total: int) -> Callable[[int], None]:
    """Sizes one by one -> their sum so far, for `progress`."""
    written = 0

    def count(size: int) -> None:
        nonlocal written
        written += size
        if progress is not None:
            progress(written, total)

    return count


def _plan(
    config: MuLlamaConfig,
    adapter: Adapter | None,
    language: Llama,
    encoder: EncoderSource,
    options: ConvertOptions,
    bridge: ModelFolder | None,
) -> dict[str, LazyTensor]:
    """Every tensor of the folder by its name there, checked against the model's own list."""
    plan = {f"language_model.{name}": tensor for name, tensor in language.state.items()}
    plan |= {f"encoder.{name}": tensor for name, tensor in encoder.state.items()}
    stored = {name: tensor.shape for name, tensor in plan.items()}
    shapes = needed_shapes(build_skeleton(config, stored, str(language.folder)))
    if adapter:
        plan |= {f"bridge.{name}": tensor for name, tensor in adapter.bridge.items()}
        plan["shifts.queries"] = adapter.queries
        plan["shifts.gates"] = adapter.open_gates(config.text_config.num_hidden_layers)
        if "mix.weight" not in adapter.bridge:  # one state needs no mixing
            plan |= fresh([name for name in shapes if name.startswith(MIX)], shapes, options.seed)
    else:
        names = [name for name in shapes if name.startswith(FRESH) or ".lora_" in name]
        plan |= fresh(names, shapes, options.seed, gate=options.gate)
        if bridge is not None:
            plan |= turned(bridge, config.text_config.hidden_size, options.seed)
    untrained = UNTRAINED_BIASES if adapter and adapter.trained_biases else BIASES
    for name, shape in shapes.items():
        is_llama = config.text_config.model_type == "llama"
        if name not in plan and is_llama and name.endswith(untrained):
            plan[name] = zeros(shape, name)
    check_tensors(plan, shapes)
    return {name: plan[name] for name in shapes}
