"""What standard tools hear in the rendered clips that the small model is measured on: a table in markdown.

    pip install 'mullama[listening]'
    python benchmarks/tools.py [--clips N] [--music DIR] [--out FILE]

Clips are those of recipes/listening.yaml whose truth is written in the score: so the tools are held against
the truth here, not against each other.
"""

import argparse
import json
import sys
from pathlib import Path

from mullama.evaluation.small_model.recorded import table
from mullama.evaluation.small_model.scores import near_tempo
from mullama.jobs.atomic import write_text
from mullama.studio.recorded.teachers import (
    KEY_FAMILIES,
    RATE,
    TEMPO_FAMILIES,
    Readings,
    readings,
)
from mullama.studio.sources import fetch, open_source
from mullama.studio.truth import Truth
from mullama.training.recipe_file import load_recipe

RECIPE = Path(__file__).parent.parent / "recipes" / "listening.yaml"
SETS = ("seen", "unseen", "other composers")


def right(truths: list[Truth], heard: list[Readings], tool: str) -> dict[str, float]:
    """Percent of the clips that a tool has right, as the small model's card counts them."""
    tempos = [
        near_tempo(truth.tempo_bpm, found.tempos[tool])
        for truth, found in zip(truths, heard, strict=True)
        if truth.tempo_bpm is not None and tool in found.tempos
    ]
    keys = [
        (truth.key, found.keys[tool])
        for truth, found in zip(truths, heard, strict=True)
        if truth.key is not None and tool in found.keys
    ]
    rows = {
        "tempo within 8 %": tempos,
        "key, tonic": [true.split()[0] == said.split()[0] for true, said in keys],
        "key with mode": [true == said for true, said in keys],
    }
    return {row: 100 * sum(hits) / len(hits) for row, hits in rows.items() if hits}


def main() -> None:
    """Render, ask the tools, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=200, help="of each set")
    parser.add_argument("--music", type=Path, default=Path.home() / ".cache/mullama/music")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    import soxr

    from mullama.studio.sound.render import RATE as RENDERED_AT

    splits = {split.name: split for split in load_recipe(RECIPE).splits}
    found: dict[str, dict[str, float]] = {}
    for name in SETS:
        fetch(splits[name], args.music)
        truths, heard = [], []
        for clip in open_source(splits[name], args.music).some(0, args.clips):
            try:
                heard.append(readings(soxr.resample(clip.waveform, RENDERED_AT, RATE)))
            except RuntimeError as error:  # so essentia says that it hears nothing
                print(f"left out: {error}", file=sys.stderr)
                continue
            truths.append(clip.truth)
        for tool in dict.fromkeys([*TEMPO_FAMILIES, *KEY_FAMILIES]):
            rows = right(truths, heard, tool)
            found.setdefault(tool, {}).update({f"{name}: {row}": v for row, v in rows.items()})
    print(table(found))
    if args.out:
        write_text(args.out, json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
