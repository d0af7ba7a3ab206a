"""Puts what was measured of the small model into its card.

mullama train recipes/listening.yaml --out RUN        # measures when it is done: RUN/figures.json
cp RUN/figures.json docs/small-model.json
python benchmarks/tools.py --clips 60 --out docs/tools.json
python docs/make_small_model.py
"""

import json
from pathlib import Path

from marked import fill

from mullama.evaluation.small_model.card import details, table
from mullama.evaluation.small_model.recorded import table as columns

DOCS = Path(__file__).parent


def main() -> None:
    """Fill the tables."""
    stored = json.loads((DOCS / "small-model.json").read_text(encoding="utf-8"))
    tools = json.loads((DOCS / "tools.json").read_text(encoding="utf-8"))
    fill(
        DOCS / "small-model.md",
        {
            "figures": table(stored),
            "styles": details(stored["styles"]),
            "instruments": details(stored["instruments"]),
            "tools": columns(tools),
        },
    )


if __name__ == "__main__":
    main()
