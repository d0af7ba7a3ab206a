"""What standard tools hear in the rendered clips that the small model is measured on: a table in markdown.

    pip install 'mullama[listening]'
    python benchmarks/tools.py [--clips N] [--music DIR] [--out FILE]

Clips are those of recipes/listening.yaml whose truth is written in the score: so the tools are held against
the truth here, not against each other.
"""

import argparse
import json
from pathlib import Path

from mullama.evaluation.small_model.recorded import table
from mullama.evaluation.small_model.scores import TEMPO_TOLERANCE
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
    found = {}
    if tool in TEMPO_FAMILIES:
        rows = [(t.tempo_bpm, r.tempos.get(tool)) for t, r in zip(truths, heard, strict=True)]
        found["tempo within 8 %"] = _share(
            [
                said is not None and abs(said - true) <= TEMPO_TOLERANCE * true
                for true, said in rows
                if true is not None
            ]
        )
    if tool in KEY_FAMILIES:
        keys = [(t.key, r.keys.get(tool, "")) for t, r in zip(truths, heard, strict=True) if t.key]
        found["key, tonic"] = _share([str(k).split()[0] == said.split()[0] for k, said in keys])
        found["key with mode"] = _share([key == said for key, said in keys])
    return found


def _share(hits: list[bool]) -> float:
    return 100 * sum(hits) / max(1, len(hits))


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
            truths.append(clip.truth)
            heard.append(readings(soxr.resample(clip.waveform, RENDERED_AT, RATE)))
        for tool in (*TEMPO_FAMILIES, "essentia edma", "essentia temperley", "essentia krumhansl"):
            rows = right(truths, heard, tool)
            found.setdefault(tool, {}).update({f"{name}: {row}": v for row, v in rows.items()})
    print(table(found))
    if args.out:
        write_text(args.out, json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
