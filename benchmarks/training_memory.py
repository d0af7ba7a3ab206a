"""What the recipes of real models need on paper, as the table in docs/training.md.

python benchmarks/training_memory.py
"""

import re
from typing import Any

from machine import REPOSITORY
from real_size import LLAMA_2_7B, MERT_330M

from mullama.config import MuLlamaConfig
from mullama.training.estimate import GIGABYTE, needs
from mullama.training.recipe_file import load_recipe

LLAMA_13B = LLAMA_2_7B | {
    "hidden_size": 5120,
    "intermediate_size": 13824,
    "num_hidden_layers": 40,
    "num_attention_heads": 40,
    "num_key_value_heads": 40,
}
ROWS: list[tuple[str, dict[str, Any], int]] = [
    ("pretrain-7b", LLAMA_2_7B, 1),
    ("finetune-7b", LLAMA_2_7B, 1),
    ("finetune-7b-24gb", LLAMA_2_7B, 1),
    ("finetune-7b-8x80gb", LLAMA_2_7B, 8),
    ("pretrain-13b", LLAMA_13B, 8),
    ("finetune-13b", LLAMA_13B, 8),
]
PAGE = REPOSITORY / "docs" / "training.md"


def main() -> None:
    lines = ["| recipe | GPUs | trains | weights | trained, moments | activations | GB each |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, text, processes in ROWS:
        recipe = load_recipe(REPOSITORY / "recipes" / f"{name}.yaml")
        config = MuLlamaConfig(audio_config=MERT_330M, text_config=text)
        found = needs(config, recipe, recipe.phases[0], processes)
        parts = (found.weights, found.state, found.activations, found.total)
        shown = " | ".join(f"{part / GIGABYTE:.1f}" for part in parts)
        lines.append(f"| `{name}` | {processes} | {found.trained / 1e6:.0f} M | {shown} |")
    table = "\n".join(lines)
    print(table)
    page = PAGE.read_text()
    marks = r"(<!-- needs: begin -->\n).*?(<!-- needs: end -->)"
    PAGE.write_text(re.sub(marks, rf"\g<1>{table}\n\g<2>", page, flags=re.DOTALL))


if __name__ == "__main__":
    main()
