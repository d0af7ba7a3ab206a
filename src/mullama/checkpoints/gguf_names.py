"""What the same tensor is called in a GGUF file of architecture `llama`, and how its rows are ordered.

Tables and the functions that read them; see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md,
"Standardized tensor names".
"""

import re

from torch import Tensor

from mullama.errors import CheckpointError

WHOLE = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
}
IN_LAYER = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
GROUPED = ("self_attn.q_proj.", "self_attn.k_proj.")
"""Parts of names whose rows are rotated by position."""
_OURS = re.compile(r"model\.layers\.(\d+)\.([a-z_.]+)\.(weight|bias)")
_THEIRS = re.compile(r"blk\.(\d{1,4})\.([a-z_]+)\.(weight|bias)")


def gguf_name(name: str) -> str:
    """transformers' name -> GGUF's. Raises CheckpointError for one that GGUF has not."""
    module, _, kind = name.rpartition(".")
    if module in WHOLE:
        return f"{WHOLE[module]}.{kind}"
    found = _OURS.fullmatch(name)
    if found is None or found[2] not in IN_LAYER:
        raise CheckpointError(f"GGUF's architecture llama has no tensor for {name}")
    return f"blk.{found[1]}.{IN_LAYER[found[2]]}.{found[3]}"


def transformers_name(name: str) -> str | None:
    """GGUF's name -> transformers', if any."""
    module, _, kind = name.rpartition(".")
    for ours, theirs in WHOLE.items():
        if theirs == module:
            return f"{ours}.{kind}"
    found = _THEIRS.fullmatch(name)
    modules = {theirs: ours for ours, theirs in IN_LAYER.items()}
    if found is None or found[2] not in modules:
        return None
    return f"model.layers.{int(found[1])}.{modules[found[2]]}.{found[3]}"


def interleaved(rows: Tensor, heads: int) -> Tensor:
    """transformers' order of rotary rows, halves of a head, -> neighbouring pairs, as Meta has them."""
    halves = rows.reshape(heads, 2, -1, *rows.shape[1:])
    return halves.transpose(1, 2).reshape(rows.shape)
