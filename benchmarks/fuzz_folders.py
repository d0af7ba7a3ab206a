"""Every value of a model folder's files changed every way: each gives an answer or one clear line.

    python benchmarks/fuzz_folders.py [--only config.json] [--bytes 300]

Opens a tiny model, and MERT, LLaMA and adapter files for `convert`, each time with one value of one
file changed. Anything but an answer, a CheckpointError or a UsageError is printed, as is what takes
long; the process may use 8 GB of memory. The short form is in
tests/checkpoints/test_model_folder.py and tests/checkpoints/convert/test_hostile_sources.py.
"""

import argparse
import contextlib
import io
import os
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "TRANSFORMERS_VERBOSITY": "error"}
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from goldens import FINETUNED, LLAMA, MERT
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.describe import describe
from mullama.errors import CheckpointError, UsageError
from mullama.open_model import load
from mutations import mutated_bytes, mutated_json
from tiny import RATE, clip

SLOW_SECONDS = 3.0
MEMORY_BYTES = 8 * 2**30
SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "vocab_size": 512}
"""Of a LLaMA in transformers' layout."""


def use(folder: Path) -> None:
    """Describe a folder, open it and ask it something."""
    describe(folder)
    song = load(folder, device="cpu").listen(clip(0, 2.5), sample_rate=RATE)
    song.ask("Which key?", max_new_tokens=2)


def convert_from(folder: Path) -> None:
    """Convert the parts that lie in one folder: with the adapter, afresh, and from another LLaMA."""
    for llama, adapter in (("meta", folder / "adapter.pth"), ("meta", None), ("hf", None)):
        options = ConvertOptions(
            llama=folder / llama, mert=folder / "mert", adapter=adapter,
            out=folder / "out", overwrite=True,
        )  # fmt: skip
        convert(options)


def hostile(path: Path, count: int) -> Iterator[tuple[str, bytes]]:
    """Every version of one file."""
    if path.suffix == ".json":
        for what, text in mutated_json(path.read_text(encoding="utf-8")):
            yield what, text.encode(errors="replace")
    yield from mutated_bytes(path.read_bytes(), count)


def attempt(action: Callable[[Path], None], folder: Path) -> tuple[str, str]:
    """How it ended, in a word, and the message."""
    begin = time.perf_counter()
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            action(folder)
        ended, said = "answered", ""
    except (CheckpointError, UsageError) as error:
        ended, said = "refused", str(error)
        if "\n" in said:
            ended = "LINES"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        ended, said = "FAULT", "".join(traceback.format_exception(error)[-3:])
    if (seconds := time.perf_counter() - begin) > SLOW_SECONDS:
        ended, said = "SLOW", f"{seconds:.1f} s {said}"
    return ended, said


def main() -> int:
    """Try everything; 1 where there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="files whose path ends like this")
    parser.add_argument("--bytes", type=int, default=100, help="random changes of each file")
    parser.add_argument("--say", action="store_true", help="print every message")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    torch.set_num_threads(1)
    here = Path(tempfile.mkdtemp(prefix="fuzz"))
    parts = here / "parts"
    shutil.copytree(LLAMA, parts / "meta")
    LlamaForCausalLM(LlamaConfig(**SIZES)).save_pretrained(parts / "hf")
    shutil.copy(LLAMA / "tokenizer.model", parts / "hf")
    shutil.copytree(MERT, parts / "mert")
    shutil.copy(FINETUNED, parts / "adapter.pth")
    model = convert(ConvertOptions(llama=LLAMA, mert=MERT, adapter=FINETUNED, out=here / "model"))
    counts: dict[str, int] = {}
    for folder, action in ((model, use), (parts, convert_from)):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            if not str(path).endswith(arguments.only) or "out" in path.parts:
                continue
            good = path.read_bytes()
            for what, changed in hostile(path, arguments.bytes):
                path.write_bytes(changed)
                ended, said = attempt(action, folder)
                counts[ended] = counts.get(ended, 0) + 1
                if ended.isupper() or arguments.say:
                    print(f"{ended} {path.relative_to(here)}, {what}: {said}", flush=True)
            path.write_bytes(good)
    shutil.rmtree(here)
    print(counts)
    return int(any(name.isupper() for name in counts))


if __name__ == "__main__":
    sys.exit(main())
