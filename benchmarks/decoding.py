"""Tokens per second and time to the first token, for one stream on a CPU, beside the plain way.

    python benchmarks/decoding.py                      # 61M, every precision
    python benchmarks/decoding.py --size 1B --tokens 16

The plain way is `generate()` of transformers in float32 with eager attention. Weights are random,
with biases on every projection; eight music shifts are added at every step of ours.
"""

import argparse
import gc
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
BYTES = {"float32": 4, "float16": 2, "int8": 1}
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
    read = bytes_per_token(model)
    figures["rows"]["generate float32 eager"] = plain(model, prompt, options)
    for precision in filter(supported, PRECISIONS):
        fast = FastLlama(model, precision)
        row = quick(fast, prompt, options)
        bandwidth = row["tokens_per_second"] * read * BYTES[precision] / 4 / 1e9
        row["share_of_bandwidth"] = bandwidth / figures["machine"]["read_gb_per_second"]
        figures["rows"][precision] = row
        del fast
        gc.collect()
    show(figures)
    keep(f"decoding-{options.size}", figures)


def random_llama(size: str) -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(**SIZES[size], vocab_size=32000, attention_bias=True, mlp_bias=True)
    model = LlamaForCausalLM._from_config(config, attn_implementation="eager")
    return model.eval().requires_grad_(False)


def bytes_per_token(model: LlamaForCausalLM) -> int:
    """What a step must read of float32 weights: all but the embedding table."""
    return sum(p.nbytes for p in model.parameters()) - model.model.embed_tokens.weight.nbytes


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
