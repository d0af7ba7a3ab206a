"""`mullama convert`: published or own weights become one folder that `load` and transformers open."""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the parts lie, and where the folder goes."""
    parser.add_argument(
        "--llama", required=True, type=Path, metavar="DIR",
        help="Meta's folder (params.json, tokenizer.model, consolidated.*.pth) or a transformers folder "
        "(Llama, Mistral, Qwen 2 or 3); params.json and tokenizer.model are enough beside a checkpoint "
        "that holds LLaMA itself",
    )  # fmt: skip
    parser.add_argument(
        "--adapter", type=Path, metavar="FILE",
        help="the published checkpoint.pth, or an adapter-only file (default: a fresh adapter)",
    )  # fmt: skip
    parser.add_argument(
        "--mert", required=True, type=Path, metavar="DIR",
        help="MERT's folder; config.json and preprocessor_config.json are enough beside a checkpoint "
        "that holds MERT itself",
    )  # fmt: skip
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="the folder to write"
    )
    parser.add_argument("--llama-type", metavar="NAME", help="sub-folder of --llama, such as 7B")
    fresh = parser.add_argument_group("a fresh adapter, where no --adapter is given")
    fresh.add_argument("--adapted-layers", type=int, metavar="N", help="default: the last 20")
    fresh.add_argument("--lora-rank", type=int, default=0, metavar="R", help="default: 0, no LoRA")
    fresh.add_argument(
        "--listening", choices=("states", "last"), default="states",
        help="hear all of the encoder's hidden states, or the last alone, as LLaMA-Adapter does "
        "(default: states)",
    )  # fmt: skip
    fresh.add_argument("--seed", type=int, default=0, help="of its random start")
    parser.add_argument("--overwrite", action="store_true", help="replace what is in --out")


def run(arguments: argparse.Namespace) -> int:
    """Convert and say where it went."""
    from tqdm import tqdm

    from mullama.checkpoints.convert.convert import convert

    with tqdm(unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar:

        def show(written: int, total: int) -> None:
            bar.total = total
            bar.update(written - bar.n)

        convert(
            llama=arguments.llama,
            adapter=arguments.adapter,
            mert=arguments.mert,
            out=arguments.out,
            llama_type=arguments.llama_type,
            adapted_layers=arguments.adapted_layers,
            lora_rank=arguments.lora_rank,
            listening=arguments.listening,
            seed=arguments.seed,
            overwrite=arguments.overwrite,
            progress=show,
        )
    print(f"{arguments.out}: ready for `mullama ask AUDIO --model {arguments.out}`")
    return 0
