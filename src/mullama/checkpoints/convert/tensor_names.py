"""What the same tensor is called in Meta's LLaMA files, in adapter files, and here.

Tables and the functions that read them; knows no files and no tensors.
"""

import re

WHOLE = {
    "tok_embeddings.weight": "model.embed_tokens.weight",
    "norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
IN_LAYER = {
    "attention.wq": "self_attn.q_proj",
    "attention.wk": "self_attn.k_proj",
    "attention.wv": "self_attn.v_proj",
    "attention.wo": "self_attn.o_proj",
    "feed_forward.w1": "mlp.gate_proj",
    "feed_forward.w2": "mlp.down_proj",
    "feed_forward.w3": "mlp.up_proj",
    "attention_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
LORA = {"l1": "lora_A", "l2": "lora_B"}
BRIDGE = {"norm": "norm", "f1": "gate_proj", "f2": "down_proj", "f3": "up_proj"}
MIX = "mu_mert_agg.weight"
BRIDGE_ENDS = {
    MIX: "mix.weight",
    "mu_mert_agg.bias": "mix.bias",
    "mu_mert_proj.weight": "proj.weight",
    "mu_mert_proj.bias": "proj.bias",
    "image_bind_proj.weight": "proj.weight",
    "image_bind_proj.bias": "proj.bias",
}
QUERIES = "prefix_query.weight"

_LORA_KEY = re.compile(
    r"layers\.(\d+)\.(attention|feed_forward)\.lora_(w[qkvo123])_(l[12])\.weight"
)
_LAYER_KEY = re.compile(r"layers\.(\d+)\.([a-z_]+(?:\.w[qkvo123])?)\.(weight|bias)")
_GATE_KEY = re.compile(r"layers\.(\d+)\.attention\.gate")
_BLOCK_KEY = re.compile(r"(?:mu_mert|image_bind)_(norm|f1|f2|f3)_(\d+)\.weight")


def language_model_name(meta: str) -> str | None:
    """Meta's name of a tensor of LLaMA, its bias or its LoRA -> transformers' name, if any."""
    if meta in WHOLE:
        return WHOLE[meta]
    if lora := _LORA_KEY.fullmatch(meta):
        layer, part, matrix, half = lora.groups()
        return f"model.layers.{layer}.{IN_LAYER[f'{part}.{matrix}']}.{LORA[half]}"
    found = _LAYER_KEY.fullmatch(meta)
    if found and found[2] in IN_LAYER:
        return f"model.layers.{found[1]}.{IN_LAYER[found[2]]}.{found[3]}"
    return None


def gate_layer(meta: str) -> int | None:
    """The layer whose gates these are, if they are gates."""
    found = _GATE_KEY.fullmatch(meta)
    return int(found[1]) if found else None


def bridge_name(key: str) -> str | None:
    """An adapter file's name of a tensor of the bridge -> ours, if it is one."""
    if key in BRIDGE_ENDS:
        return BRIDGE_ENDS[key]
    if found := _BLOCK_KEY.fullmatch(key):
        return f"blocks.{int(found[2]) - 1}.{BRIDGE[found[1]]}.weight"
    return None


def is_rotary(name: str) -> bool:
    """Whether rows of this tensor are rotated by position, so that their order matters."""
    return bool(re.search(r"self_attn\.[qk]_proj\.(weight|bias|lora_B)$", name))
