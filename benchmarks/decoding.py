"""Tokens per second and time to the first token, for one stream on a CPU, beside the plain way.

    python benchmarks/decoding.py                      # 61M, every precision
    python benchmarks/decoding.py --size 1B --tokens 16

The plain way is `generate()` of transformers in float32 with eager attention. Weights are random,
with biases on every projection; eight music shifts are added at every step of ours. Beside them stands
llama.cpp with the same weights as GGUF, where llama-cpp-python and gguf are installed.
"""

import argparse
import gc
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from machine import keep, machine, seconds
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from mullama.answer.fast import FastLlama
from mullama.answer.packed_linear import PRECISIONS, supported

SIZES: dict[str, dict[str, int]] = {
    "61M": {"hidden_size": 512, "num_hidden_layers": 8, "num_attention_heads": 8,
            "intermediate_size": 1376},
    "1B": {"hidden_size": 2048, "num_hidden_layers": 20, "num_attention_heads": 16,
           "intermediate_size": 5632},
}  # fmt: skip
BYTES = {"float32": 4, "float16": 2, "int8": 1, "int4": 0.5 + 4 / 32}
"""Of a weight; the head has one in int4, too."""
BESIDE = {"float16": "f16", "int8": "q8_0", "int4": "q4_k_m"}
"""Ours, and llama.cpp's of that size."""
ADAPTED_LAYERS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="61M")
    parser.add_argument("--prompt", type=int, default=100, help="tokens read before the first")
    parser.add_argument("--tokens", type=int, default=64, help="tokens in a run")
    parser.add_argument("--repeats", type=int, default=5, help="runs, of which the best counts")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    figures: dict[str, Any] = {"machine": machine(), "size": options.size, "rows": {}}
    model, prompt = random_llama(options.size), torch.randint(3, 32000, (1, options.prompt))
    figures["rows"]["generate float32 eager"] = plain(model, prompt, options)
    for precision in filter(supported, PRECISIONS):
        fast = FastLlama(model, precision)
        row = quick(fast, prompt, options)
        bandwidth = row["tokens_per_second"] * bytes_per_token(model, precision) / 1e9
        row["share_of_bandwidth"] = bandwidth / figures["machine"]["read_gb_per_second"]
        figures["rows"][precision] = row
        del fast
        gc.collect()
    missing = [name for name in ("llama_cpp", "gguf") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"llama.cpp is left out: {' and '.join(missing)} not installed")
    else:
        figures["rows"] |= elsewhere(model, options)
    show(figures)
    keep(f"decoding-{options.size}", figures)


def random_llama(size: str) -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(**SIZES[size], vocab_size=32000, attention_bias=True, mlp_bias=True)
    model = LlamaForCausalLM._from_config(config, attn_implementation="eager")
    return model.eval().requires_grad_(False)


def bytes_per_token(model: LlamaForCausalLM, precision: str) -> float:
    """What a step must read of the weights: all but the embedding table."""
    head = model.lm_head.weight.numel()
    layers = sum(p.numel() for p in model.model.layers.parameters())
    return layers * BYTES[precision] + head * BYTES["int8" if precision == "int4" else precision]


def plain(model: LlamaForCausalLM, prompt: Tensor, options: argparse.Namespace) -> dict[str, float]:
    def generate(tokens: int) -> Tensor:
        mask = torch.ones_like(prompt)
        return model.generate(
            prompt, attention_mask=mask, max_new_tokens=tokens, min_new_tokens=tokens,
            do_sample=False, pad_token_id=0,
        )  # fmt: skip

    first = seconds(lambda: generate(1), options.repeats)
    whole = seconds(lambda: generate(options.tokens + 1), options.repeats)
    return {"first_token_seconds": first, "tokens_per_second": options.tokens / (whole - first)}


def quick(fast: FastLlama, prompt: Tensor, options: argparse.Namespace) -> dict[str, float]:
    config = fast.model.config
    shifts = torch.randn(1, min(ADAPTED_LAYERS, config.num_hidden_layers), config.hidden_size)

    def decode(tokens: int) -> None:
        logits, cache = fast.start(prompt, shifts)
        for _ in range(tokens):
            logits = fast.step(logits.argmax(-1), cache, shifts)
        logits.argmax(-1)

    first = seconds(lambda: decode(0), options.repeats)
    whole = seconds(lambda: decode(options.tokens), options.repeats)
    return {"first_token_seconds": first, "tokens_per_second": options.tokens / (whole - first)}


def elsewhere(model: LlamaForCausalLM, options: argparse.Namespace) -> dict[str, Any]:
    """The same weights in llama.cpp, by its own quantisation, each in a process of its own."""
    rows = {}
    script = Path(__file__).with_name("decoding_elsewhere.py")
    asked = [
        f"--{name}={getattr(options, name)}" for name in ("prompt", "tokens", "repeats", "threads")
    ]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "f16.gguf"
        write_f16(model, whole)
        for name in BESIDE.values():
            path = whole if name == "f16" else quantized(whole, name, options.threads)
            command = [sys.executable, str(script), str(path), *asked]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rows[f"llama.cpp {name}"] = json.loads(said.splitlines()[-1])
    return rows


def write_f16(model: LlamaForCausalLM, path: Path) -> None:
    """The model as GGUF, with a vocabulary of numbers."""
    from mullama.checkpoints.export.gguf_file import write_gguf
    from mullama.checkpoints.export.gguf_tokenizer import GgufVocabulary
    from mullama.checkpoints.lazy_tensor import LazyTensor

    state = {
        name: LazyTensor(tuple(tensor.shape), torch.float16, name, tensor.half)
        for name, tensor in model.state_dict().items()
    }
    rows = model.config.vocab_size
    tokens = [f"token {index}" for index in range(rows)]
    vocabulary = GgufVocabulary(
        "llama", "default", tokens, [1] * rows, [0.0] * rows, None, {"bos": 1, "eos": 2}, True, True
    )
    write_gguf(path, model.config, state, vocabulary, name="random", release=int, progress=int)


def quantized(whole: Path, name: str, threads: int) -> Path:
    """Another file beside it, by llama.cpp."""
    import llama_cpp

    how = llama_cpp.llama_model_quantize_default_params()
    how.nthread, how.ftype = threads, getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{name.upper()}")
    path = whole.with_name(f"{name}.gguf")
    if llama_cpp.llama_model_quantize(str(whole).encode(), str(path).encode(), how):
        raise RuntimeError(f"llama.cpp could not make {name}")
    return path


def show(figures: dict[str, Any]) -> None:
    rows = figures["rows"]
    plain_rate = rows["generate float32 eager"]["tokens_per_second"]
    print(", ".join(f"{name} {value}" for name, value in figures["machine"].items()))
    print(
        f"{figures['size']:24} {'first token':>12} {'tokens/s':>10} {'ratio':>7} {'bandwidth':>10}"
    )
    for name, row in rows.items():
        share = f"{row['share_of_bandwidth']:10.0%}" if "share_of_bandwidth" in row else ""
        rate, first = row["tokens_per_second"], row["first_token_seconds"]
        print(f"{name:24} {first:10.3f} s {rate:10.1f} {rate / plain_rate:6.1f}x {share}")


if __name__ == "__main__":
    main()
