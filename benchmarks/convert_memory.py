"""A made-up published checkpoint of several gigabytes becomes a folder; how much memory did it take?

    python benchmarks/convert_memory.py [--layers 2] [--folder DIR]

The checkpoint has the published layout (LLaMA in float16, adapter, MERT, AdamW's moments in float32,
an argparse.Namespace) and the published width (4096), with as many layers as asked for. It is written
from a sparse file, converted in a process of its own, and deleted. Reported are the peaks of that
process above an interpreter that has imported everything: of all resident pages, and of anonymous
ones (pages of mapped files count as resident, though the system takes them back when it needs them).
"""

import argparse
import json
import multiprocessing
import platform
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

HIDDEN, INNER, HEADS, VOCABULARY = 4096, 11008, 32, 512
TESTS = Path(__file__).parents[1] / "tests" / "golden"


def main() -> None:
    """Write, convert, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=2, help="decoder layers (0.4 GB each)")
    parser.add_argument("--folder", type=Path, default=None, help="where there is room")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        size = write_checkpoint(folder, arguments.layers)
        found = run_apart(convert_measured, folder)
    found |= {
        "checkpoint_gb": round(size / 1e9, 2),
        "largest_tensor_gb": round(4 * HIDDEN * HIDDEN * 4 / 1e9, 2),
        "machine": platform.machine(),
    }
    print(json.dumps(found, indent=2))


def write_checkpoint(folder: Path, layers: int) -> int:
    """The published layout beside small settings; return its size in bytes."""
    shutil.copytree(TESTS / "mert", folder / "mert", ignore=shutil.ignore_patterns("*.bin"))
    params = {"dim": HIDDEN, "n_layers": layers, "n_heads": HEADS, "norm_eps": 1e-5}
    (folder / "llama").mkdir()
    (folder / "llama" / "params.json").write_text(json.dumps(params), encoding="utf-8")
    shutil.copy(TESTS / "llama" / "tokenizer.model", folder / "llama")
    sparse = folder / "zeros"
    pool = torch.UntypedStorage.from_file(str(sparse), shared=True, nbytes=2**34)
    state, moments, used = {}, {}, 0

    def take(dtype: torch.dtype, *shape: int) -> Tensor:
        nonlocal used
        count = torch.Size(shape).numel() * dtype.itemsize
        tensor = torch.tensor([], dtype=dtype).set_(pool[used : used + count], 0, shape)
        used += -(-count // 64) * 64
        return tensor

    for name, (shape, dtype) in published_shapes(layers).items():
        state[name] = take(dtype, *shape)
        if name.startswith("llama.") and dtype == torch.float32:  # what finetuning trains
            moments[name] = {kind: take(dtype, *shape) for kind in ("exp_avg", "exp_avg_sq")}
    mert = torch.load(TESTS / "mert" / "pytorch_model.bin", weights_only=True)
    state |= {f"mert_model.{key}": tensor for key, tensor in mert.items()}
    stored = {"model": state, "optimizer": {"state": moments}, "epoch": 19, "scaler": {}}
    torch.save({**stored, "args": argparse.Namespace(lr=1e-4)}, folder / "checkpoint.pth")
    sparse.unlink()
    return (folder / "checkpoint.pth").stat().st_size


def published_shapes(layers: int) -> dict[str, tuple[tuple[int, ...], torch.dtype]]:
    """Names of the published checkpoint, with the shape and type of each."""
    half, full = torch.float16, torch.float32
    shapes: dict[str, tuple[tuple[int, ...], torch.dtype]] = {
        "llama.tok_embeddings.weight": ((VOCABULARY, HIDDEN), half),
        "llama.output.weight": ((VOCABULARY, HIDDEN), half),
        "llama.norm.weight": ((HIDDEN,), full),
        "prefix_query.weight": ((min(20, layers), HIDDEN), full),
        "mu_mert_agg.weight": ((1, 5, 1), full),
        "mu_mert_agg.bias": ((1,), full),
        "mu_mert_proj.weight": ((HIDDEN, 32), full),
        "mu_mert_proj.bias": ((HIDDEN,), full),
    }
    for block in (1, 2, 3):
        shapes[f"mu_mert_norm_{block}.weight"] = ((HIDDEN,), full)
        for part, shape in (("f1", (4 * HIDDEN, HIDDEN)), ("f3", (4 * HIDDEN, HIDDEN))):
            shapes[f"mu_mert_{part}_{block}.weight"] = (shape, full)
        shapes[f"mu_mert_f2_{block}.weight"] = ((HIDDEN, 4 * HIDDEN), full)
    inner = {"w1": (INNER, HIDDEN), "w2": (HIDDEN, INNER), "w3": (INNER, HIDDEN)}
    parts = {f"attention.{w}": (HIDDEN, HIDDEN) for w in ("wq", "wk", "wv", "wo")}
    parts |= {f"feed_forward.{w}": shape for w, shape in inner.items()}
    for layer in range(layers):
        start = f"llama.layers.{layer}."
        shapes[f"{start}attention.gate"] = ((1, HEADS, 1, 1), full)
        shapes |= {f"{start}{n}.weight": ((HIDDEN,), full) for n in ("attention_norm", "ffn_norm")}
        for name, (rows, columns) in parts.items():
            part, matrix = name.split(".")
            shapes[f"{start}{name}.weight"] = ((rows, columns), half)
            shapes[f"{start}{part}.lora_{matrix}_l1.weight"] = ((16, columns), full)
            shapes[f"{start}{part}.lora_{matrix}_l2.weight"] = ((rows, 16), full)
            if matrix not in ("wk", "wv"):
                shapes[f"{start}{name}.bias"] = ((rows,), full)
    return shapes


def convert_measured(folder: Path) -> dict[str, Any]:
    """Convert once for the imports' sake, then measure the real thing."""
    from mullama.checkpoints.convert.convert import convert
    from mullama.checkpoints.convert.convert_options import ConvertOptions

    convert(ConvertOptions(llama=TESTS / "llama", mert=TESTS / "mert", out=folder / "warm-up"))
    watch = Peak()
    begin = time.perf_counter()
    convert(
        ConvertOptions(
            llama=folder / "llama",
            mert=folder / "mert",
            adapter=folder / "checkpoint.pth",
            out=folder / "out",
        )
    )
    seconds = time.perf_counter() - begin
    peaks = watch.stop()
    written = sum(path.stat().st_size for path in (folder / "out").iterdir())
    return {"seconds": round(seconds, 1), "written_gb": round(written / 1e9, 2), **peaks}


class Peak:
    """Watches this process's resident memory, fifty times a second, above what it is at the start."""

    FIELDS = ("VmRSS", "RssAnon", "RssFile")

    def __init__(self) -> None:
        self._start = self._now()
        self._peak = dict(self._start)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> dict[str, float]:
        """Peaks in GB above the start."""
        self._over.set()
        self._thread.join()
        grown = {name: self._peak[name] - self._start[name] for name in self.FIELDS}
        return {f"peak_{name}_gb": round(1024 * kib / 1e9, 3) for name, kib in grown.items()}

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            now = self._now()
            self._peak = {name: max(now[name], self._peak[name]) for name in self.FIELDS}

    def _now(self) -> dict[str, int]:
        text = Path("/proc/self/status").read_text(encoding="ascii")
        found = {name: re.search(rf"{name}:\s+(\d+) kB", text) for name in self.FIELDS}
        return {name: int(match[1]) for name, match in found.items() if match}


def run_apart(work: Callable[[Path], dict[str, Any]], folder: Path) -> dict[str, Any]:
    """The result of `work(folder)` in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (folder,))


if __name__ == "__main__":
    main()
