"""`mullama convert`: published or own weights become one folder that `load` and transformers open."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the parts lie, and where the folder goes."""
    parser.add_argument(
        "--llama", required=True, type=Path, metavar="DIR",
        help="Meta's folder (params.json, tokenizer.model, consolidated.*.pth) or a transformers folder; "
        "params.json and tokenizer.model are enough beside a checkpoint that holds LLaMA itself",
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
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder to write")
    parser.add_argument("--overwrite", action="store_true", help="replace what is in --out")


def run(arguments: argparse.Namespace) -> int:
    """Convert and say where it went."""
    from mullama.checkpoints.convert import convert

    convert(
        llama=arguments.llama,
        adapter=arguments.adapter,
        mert=arguments.mert,
        out=arguments.out,
        overwrite=arguments.overwrite,
    )
    print(f"{arguments.out}: ready for `mullama ask AUDIO --model {arguments.out}`")
    return 0
