"""What a model says about singing in held-out recordings, beside what musicnn hears in them.

    python benchmarks/voices.py --save FOLDER
    (voice_tags.py, in an environment of its own, makes TAGS.json of FOLDER)
    python benchmarks/voices.py small --tags TAGS.json [--out FILE]

With `--training`, the excerpts are those to train on, and TAGS.json makes the list of those that are sure to be
instrumental, which comes with the package (`mullama.studio.recorded.instrumental`).

Free recordings come without a truth about singers. musicnn (Pons and Serra 2019, arXiv 1909.06654) learnt tags
of voices from people, and is sure that most of these excerpts are instrumental, and of none that it is sung.
So this tells how often a model hears a singer who is not there, and nothing of how often it misses one.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import soundfile

import mullama
from mullama.evaluation.small_model.recorded import table
from mullama.jobs.atomic import write_text
from mullama.studio.instruments import CHOIR, SINGERS
from mullama.studio.recorded.instrumental import FILE, Tags, is_instrumental
from mullama.studio.recorded.labels import Excerpt, load
from mullama.studio.recorded.packages import HELD_OUT, TRAINING
from mullama.studio.words.parsing import parse_singers

RATE = 16000
QUESTION = "Does somebody sing?"


def name_of(place: int, excerpt: Excerpt) -> str:
    """What an excerpt's file is called."""
    return f"{place:04d}-{excerpt.package}.flac"


def agreement(
    said: Mapping[str, tuple[str, ...] | None], tags: Mapping[str, Tags]
) -> dict[str, float]:
    """How many excerpts are instrumental, as musicnn hears, and what a model says of them in percent."""
    some = [who for name, who in said.items() if name in tags and is_instrumental(tags[name])]
    shares = {
        "no singer": [who == () for who in some],
        "a choir": [who == (CHOIR,) for who in some],
        "a singer": [bool(set(who or ()) & set(SINGERS)) for who in some],
    }
    counted = {"instrumental excerpts": float(len(some))}
    return counted | {
        f"of these, {row}": 100 * sum(s) / max(1, len(s)) for row, s in shares.items()
    }


def main() -> None:
    """Save excerpts, or print a table in markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", default=["small"])
    parser.add_argument("--music", type=Path, default=Path.home() / ".cache/mullama/music")
    parser.add_argument("--save", type=Path, help="write the excerpts there and stop")
    parser.add_argument("--tags", type=Path, help="what voice_tags.py wrote")
    parser.add_argument("--training", action="store_true")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    folder, packages = args.music / "recorded", TRAINING if args.training else HELD_OUT
    excerpts = {name_of(place, one): one for place, one in enumerate(load(packages, folder))}
    if args.save:
        args.save.mkdir(parents=True, exist_ok=True)
        for name, excerpt in excerpts.items():
            soundfile.write(args.save / name, excerpt.sound(folder, RATE), RATE)
        return
    if args.tags is None:
        parser.error("--tags is needed, or --save")
    tags = json.loads(args.tags.read_text(encoding="utf-8"))
    if args.training:
        sure = (
            one.name
            for name, one in excerpts.items()
            if name in tags and is_instrumental(tags[name])
        )
        write_text(FILE, "\n".join(sorted(sure)))
        return
    columns = {}
    for model in args.models:
        mu = mullama.load(model)
        sounds = [excerpt.sound(folder, RATE) for excerpt in excerpts.values()]
        songs = [mu.listen(sound, sample_rate=RATE) for sound in sounds]
        answers = mu.ask(songs, [QUESTION] * len(songs), temperature=0.0)
        said = {name: parse_singers(one.text) for name, one in zip(excerpts, answers, strict=True)}
        columns[model] = agreement(said, tags)
    print(table(columns))
    if args.out:
        write_text(args.out, json.dumps({"columns": columns}, indent=1) + "\n")


if __name__ == "__main__":
    main()
