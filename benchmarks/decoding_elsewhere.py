"""The same LLaMA in llama.cpp: tokens per second and time to the first token, of one GGUF file.

    python benchmarks/decoding_elsewhere.py model.gguf --threads 2      # prints one line of JSON

In a process of its own, since two OpenMP runtimes in one wait for each other. Needs llama-cpp-python.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from machine import seconds

CONTEXT = 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--prompt", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    context = opened(options.model, options.threads)
    prompt = np.random.default_rng(0).integers(3, 32000, options.prompt).tolist()

    def decode(tokens: int) -> None:
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        following = read(context, prompt)
        for _ in range(tokens):
            following = read(context, [following])

    first = seconds(lambda: decode(0), options.repeats)
    whole = seconds(lambda: decode(options.tokens), options.repeats)
    rate = options.tokens / (whole - first)
    print(json.dumps({"first_token_seconds": first, "tokens_per_second": rate}))


def opened(path: Path, threads: int) -> Any:
    """A context over the model, with as many threads for prompts as for steps."""
    quiet = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(quiet, None)
    llama_cpp.llama_backend_init()
    how = llama_cpp.llama_model_default_params()
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), how)
    asked = llama_cpp.llama_context_default_params()
    asked.n_ctx, asked.n_threads, asked.n_threads_batch = CONTEXT, threads, threads
    context = llama_cpp.llama_init_from_model(model, asked)
    opened.kept = quiet  # type: ignore[attr-defined]  # the library calls it as long as it lives
    return context


def read(context: Any, tokens: list[int]) -> int:
    """Read tokens; the likeliest next one."""
    ids = (llama_cpp.llama_token * len(tokens))(*tokens)
    batch = llama_cpp.llama_batch_get_one(ids, len(tokens))
    if failed := llama_cpp.llama_decode(context, batch):
        raise RuntimeError(f"llama_decode says {failed}")
    logits = llama_cpp.llama_get_logits_ith(context, -1)
    return int(np.ctypeslib.as_array(logits, (32000,)).argmax())


if __name__ == "__main__":
    main()
