"""A random model of the published sizes is written, opened in bfloat16, hears a clip and answers.

    python benchmarks/real_size.py [--folder DIR] [--tokens 8]

LLaMA-2-7B with LoRA and biases, MERT-v1-330M, 20 adapted layers: 17 GB on the disk, which are
deleted again. Writing and answering run in processes of their own; the figures are each one's
seconds and its peaks of resident and anonymous memory (see convert_memory.py).
"""

import argparse
import json
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from convert_memory import Peak, run_apart
from tokenizers import Tokenizer, models, pre_tokenizers

MERT_330M: dict[str, Any] = {
    "model_type": "mullama_mert",
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "do_stable_layer_norm": True,
    "feat_extract_norm": "group",
    "do_normalize": True,
    "mask_time_prob": 0.075,
}
LLAMA_2_7B: dict[str, Any] = {
    "model_type": "llama",
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
    "vocab_size": 32_000,
    "rms_norm_eps": 1e-5,
    "attention_bias": True,
    "mlp_bias": True,
    "max_position_embeddings": 4096,
    "dtype": "bfloat16",
}
CLIP_SECONDS = 30
QUESTION = "What instruments do you hear in the audio?"
TOKENS = "tokens.json"


def main() -> None:
    """Write, open, answer, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None, help="where 18 GB have room")
    parser.add_argument("--tokens", type=int, default=8, help="length of the answer")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        (folder / TOKENS).write_text(json.dumps(arguments.tokens), encoding="utf-8")
        found = {"write": run_apart(write, folder), "answer": run_apart(answer, folder)}
    found["machine"] = {"kind": platform.machine(), "threads": torch.get_num_threads()}
    print(json.dumps(found, indent=2))


def write(folder: Path) -> dict[str, Any]:
    """A model's folder as `mullama convert` writes it, with made-up numbers."""
    from mullama.checkpoints.convert.safetensors_shards import write_shards

    from mullama.checkpoints.lazy_tensor import LazyTensor
    from mullama.config import MuLlamaConfig
    from mullama.model import MuLlamaForConditionalGeneration

    config = MuLlamaConfig(
        audio_config=MERT_330M, text_config=LLAMA_2_7B, lora_rank=16, prompt="published"
    )
    with torch.device("meta"):
        model = MuLlamaForConditionalGeneration(config)
    noise = torch.randn(2**20, generator=torch.Generator().manual_seed(0))

    def plan(key: str, shape: tuple[int, ...]) -> LazyTensor:
        base = key.startswith("language_model.") and ".lora_" not in key and "bias" not in key
        dtype = torch.bfloat16 if base else torch.float32
        return LazyTensor(shape, dtype, key, lambda: drawn(noise, key, shape).to(dtype))

    watch, begin = Peak(), time.perf_counter()
    shapes = {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}
    plans = {key: plan(key, shape) for key, shape in shapes.items()}
    write_shards(folder, plans, release=lambda: None, progress=lambda _: None)
    config.save_pretrained(folder)
    write_tokenizer(folder, config.text_config.vocab_size)
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    seconds = round(time.perf_counter() - begin, 1)
    return {"seconds": seconds, "gb": round(size / 1e9, 2), **watch.stop()}


def drawn(noise: torch.Tensor, key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Numbers of a sensible size: ones for norms, small noise, repeated, for the rest."""
    if "norm.weight" in key:
        return torch.ones(shape)
    count = torch.Size(shape).numel()
    scale = shape[-1] ** -0.5 if len(shape) > 1 else 0.01
    return (noise.repeat(-(-count // len(noise)))[:count] * scale).reshape(shape)


def write_tokenizer(folder: Path, vocabulary: int) -> None:
    """Bytes, and made-up pieces up to the size of the vocabulary."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = ["<unk>", "<s>", "</s>", *alphabet]
    pieces += [f"piece{number}" for number in range(vocabulary - len(pieces))]
    core = Tokenizer(models.BPE(vocab={p: n for n, p in enumerate(pieces)}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.save(str(folder / "tokenizer.json"))
    special = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(special), encoding="utf-8")


def answer(folder: Path) -> dict[str, Any]:
    """Open the folder in bfloat16, hear half a minute, answer."""
    import mullama

    tokens = json.loads((folder / TOKENS).read_text(encoding="utf-8"))
    watch, begin = Peak(), time.perf_counter()
    model = mullama.load(folder, dtype="bfloat16", device="cpu")
    loaded = time.perf_counter()
    rate = model.model.config.audio_config.sampling_rate
    clip = np.random.default_rng(0).normal(0, 0.1, CLIP_SECONDS * rate).astype(np.float32)
    song = model.listen(clip, sample_rate=rate)
    heard = time.perf_counter()
    pieces = song.ask(QUESTION, temperature=0.0, max_new_tokens=tokens)
    done = time.perf_counter()
    return {
        "load_seconds": round(loaded - begin, 1),
        "hear_30_s_seconds": round(heard - loaded, 1),
        "answer_seconds": round(done - heard, 1),
        "answer_tokens": len(pieces.token_ids),
        **watch.stop(),
    }


if __name__ == "__main__":
    main()
