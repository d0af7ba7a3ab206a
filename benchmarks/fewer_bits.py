"""What fewer bits cost the small model: its table again with `quantize`, on the same held-out clips.

    python benchmarks/fewer_bits.py                  # the 500 clips of each bank that the table is made of
    python benchmarks/fewer_bits.py --clips 100      # sooner

Every kind answers the same questions about the same music; needs the sound banks (docs/small-model.md).
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from machine import REPOSITORY, keep, machine

from mullama.evaluation.small_model.measure import figures, listen
from mullama.open_model import load
from mullama.studio.corpus import load_or_render
from mullama.studio.spectra_set import SpectraSet
from mullama.training.recipe_file import load_recipe

KINDS: dict[str, dict[str, Any]] = {
    "float32": {"dtype": "float32"},
    "float16": {"dtype": "float16"},
    "int8": {"quantize": "int8"},
    "int4": {"quantize": "int4"},
}
ALLOWED_LOSS = 1.0
"""Percent points that fewer bits may take of the average of a bank's figures."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=500, help="of each bank")
    parser.add_argument("--music", type=Path, default=REPOSITORY / "runs" / "held-out")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    recipe = load_recipe(REPOSITORY / "recipes" / "small.yaml")
    banks = {
        name: load_or_render(replace(recipe.split(name), clips=options.clips), options.music)
        for name in ("seen", "unseen")
    }
    rows = {name: measure_kind(opened, banks, print) for name, opened in KINDS.items()}
    found = {"machine": machine(), "clips": options.clips, "allowed_loss": ALLOWED_LOSS}
    keep("fewer-bits", {**found, "rows": rows})


def measure_kind(
    opened: dict[str, Any], banks: dict[str, SpectraSet], report: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Percentages for each bank, by the rows of the small model's table, and their average."""
    mu = load(device="cpu", **opened)
    found = {}
    for bank, music in banks.items():
        rows = figures(mu, listen(mu, music), music.truths)
        found[bank] = {**rows, "average": sum(rows.values()) / len(rows)}
        report(f"{opened} {bank}: {found[bank]['average']:.2f}")
    return found


if __name__ == "__main__":
    main()
