"""What a model says about singing in held-out recordings, beside what musicnn hears in them.

    python benchmarks/voices.py small [--out FILE]

What musicnn hears is listed already: held-out excerpts that are sure to be instrumental in instrumental.txt,
those of training in a file of the package (`mullama.studio.recorded.instrumental`). The lists are made anew by

    python benchmarks/voices.py --save FOLDER [--training]
    (voice_tags.py, in an environment of its own, makes TAGS.json of FOLDER)
    python benchmarks/voices.py --tags TAGS.json [--training]

Free recordings come without a truth about singers. musicnn (Pons and Serra 2019, arXiv 1909.06654) learnt tags
of voices from people, and is sure that most of the held-out excerpts are instrumental, and of none that it is
sung. So stretches of ten seconds of six songs, in which it hears a voice, stand beside them (sung.txt: tags
of voices add up to .9 or more): four by a metal band, whose recordings train tempo and key but not who sings,
and two that no training hears. No person listened to them.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32

import mullama
from mullama.evaluation.small_model.recorded import table
from mullama.jobs.atomic import write_text
from mullama.song import MuLlama
from mullama.studio.instruments import CHOIR, SINGERS
from mullama.studio.recorded.instrumental import FILE as INSTRUMENTAL_TRAINING
from mullama.studio.recorded.instrumental import is_instrumental
from mullama.studio.recorded.labels import Excerpt, load
from mullama.studio.recorded.packages import HELD_OUT, TRAINING, tracks
from mullama.studio.words.parsing import parse_singers

Said = tuple[str, ...] | None
"""Who sings as a model says; empty if it is instrumental, None if it does not tell."""

RATE = 16000
SUNG = Path(__file__).with_name("sung.txt")
INSTRUMENTAL = Path(__file__).with_name("instrumental.txt")
SUNG_SECONDS = 10
QUESTION = "Does somebody sing?"


def name_of(place: int, excerpt: Excerpt) -> str:
    """What an excerpt's file is called."""
    return f"{place:04d}-{excerpt.package}.flac"


def sung(folder: Path) -> dict[str, list[Excerpt]]:
    """The stretches of sung.txt, by packages, which are fetched into `folder`."""
    found: dict[str, list[Excerpt]] = {}
    for line in SUNG.read_text(encoding="utf-8").splitlines():
        path, _, start = line.partition("@")
        package, _, track = path.partition("/")
        found.setdefault(package, []).append(Excerpt(package, track, float(start)))
    for package in found:
        tracks(package, folder)
    return {package: some for package, some in found.items() if (folder / package).is_dir()}


def heard(mu: MuLlama, sounds: Sequence[Float32[np.ndarray, " samples"]]) -> list[Said]:
    """Who sings in sounds, as a model says."""
    songs = [mu.listen(sound, sample_rate=RATE) for sound in sounds]
    answers = mu.ask(songs, [QUESTION] * len(songs), temperature=0.0)
    return [parse_singers(answer.text) for answer in answers]


def shares(kind: str, said: Sequence[Said]) -> dict[str, float]:
    """How many stretches of a kind there are, and what a model says of them in percent."""
    found = {
        "no singer": [who == () for who in said],
        "a choir": [who == (CHOIR,) for who in said],
        "a singer": [bool(set(who or ()) & set(SINGERS)) for who in said],
        "not clear": [who is None for who in said],
    }
    rows = {f"{kind}: {row}": 100 * sum(s) / max(1, len(s)) for row, s in found.items()}
    return {kind: float(len(said))} | rows


def main() -> None:
    """Save excerpts, or print a table in markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", default=["small"])
    parser.add_argument("--music", type=Path, default=Path.home() / ".cache/mullama/music")
    parser.add_argument("--save", type=Path, help="write the excerpts there and stop")
    parser.add_argument("--tags", type=Path, help="what voice_tags.py wrote: list and stop")
    parser.add_argument("--training", action="store_true", help="of excerpts to train on")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    folder, packages = args.music / "recorded", TRAINING if args.training else HELD_OUT
    excerpts = {name_of(place, one): one for place, one in enumerate(load(packages, folder))}
    if args.save:
        args.save.mkdir(parents=True, exist_ok=True)
        for name, excerpt in excerpts.items():
            soundfile.write(args.save / name, excerpt.sound(folder, RATE), RATE)
        return
    if args.tags:
        tags = json.loads(args.tags.read_text(encoding="utf-8"))
        certain = [name for name in excerpts if name in tags and is_instrumental(tags[name])]
        names = sorted(excerpts[name].name for name in certain)
        write_text(
            INSTRUMENTAL_TRAINING if args.training else INSTRUMENTAL, "\n".join([*names, ""])
        )
        return
    listed = set(INSTRUMENTAL.read_text(encoding="utf-8").splitlines())
    certain = [one for one in excerpts.values() if one.name in listed]
    kinds = {"instrumental, held out": [one.sound(folder, RATE) for one in certain]}
    for package, some in sung(folder).items():
        sounds = [one.sound(folder, RATE)[: SUNG_SECONDS * RATE] for one in some]
        kinds[f"sung, {package}"] = sounds
    columns = {}
    for model in args.models:
        mu = mullama.load(model)
        columns[model] = {
            row: value
            for kind, sounds in kinds.items()
            for row, value in shares(kind, heard(mu, sounds)).items()
        }
    print(table(columns))
    if args.out:
        write_text(args.out, json.dumps({"columns": columns}, indent=1) + "\n")


if __name__ == "__main__":
    main()
