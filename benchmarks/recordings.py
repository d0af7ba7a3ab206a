"""How models do on held-out recordings, beside standard tools.

    pip install 'mullama[evaluate,listening]'
    python benchmarks/recordings.py [MODEL ...] [--sure] [--disturbed] [--out FILE]
        [--music DIR] [--excerpts N]

Fetches the music of some of Debian's packages (`mullama.studio.recorded.packages.HELD_OUT`), has it labelled by
essentia and librosa, and holds each model and each tool against what the (other) tools agree on. `--sure`
tells how many are right of those answers that the last model is surest of; `--disturbed` asks it again about
quieter, coarser, faster and detuned sound. docs/make_recordings.py shows what `--out` holds.
"""

import argparse
import json
from pathlib import Path

import mullama
from mullama.evaluation.small_model.certainty import choose_claims, right_of_the_surest
from mullama.evaluation.small_model.disturbed import CENTS, DISTURBANCES, Sound, detuned, unchanged
from mullama.evaluation.small_model.recorded import (
    Claim,
    claims,
    figures,
    table,
    tool_claims,
)
from mullama.jobs.atomic import write_text
from mullama.song import MuLlama
from mullama.studio.recorded.labels import label, load
from mullama.studio.recorded.packages import HELD_OUT
from mullama.studio.recorded.teachers import KEY_FAMILIES, TEMPO_FAMILIES
from mullama.studio.sound.render import RATE

EVERY = 2
"""Of the excerpts, one in so many is disturbed."""


def say(mu: MuLlama, sounds: list[Sound]) -> list[Claim]:
    """What a model says about sounds at RATE."""
    return claims(mu, [mu.listen(sound, sample_rate=RATE) for sound in sounds])


def disturb(mu: MuLlama, sounds: list[Sound]) -> dict[str, dict[str, float]]:
    """What stays of what a model says when the sound is disturbed."""
    plain = say(mu, sounds)
    found = {
        name: unchanged(plain, say(mu, [change(sound, RATE) for sound in sounds]), speed)
        for name, (change, speed) in DISTURBANCES.items()
    }
    for cents in CENTS:
        after = say(mu, [detuned(sound, RATE, cents) for sound in sounds])
        speed = 2 ** (cents / 1200)
        keys = [a.key == b.key for a, b in zip(plain, after, strict=True) if a.key is not None]
        found[f"{cents:+d} cents"] = {
            "key": 100 * sum(keys) / max(1, len(keys)),
            "tempo": unchanged(plain, after, speed)["tempo"],
        }
    return found


def main() -> None:
    """Print a table in markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["small"])
    parser.add_argument("--music", type=Path, default=Path.home() / ".cache/mullama/music")
    parser.add_argument("--packages", nargs="*", default=HELD_OUT)
    parser.add_argument("--excerpts", type=int, default=0, help="at most so many")
    parser.add_argument("--sure", action="store_true")
    parser.add_argument("--disturbed", action="store_true")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    folder = args.music / "recorded"
    label(args.packages, folder)
    excerpts = load(args.packages, folder)[: args.excerpts or None]
    sounds = [excerpt.sound(folder, RATE) for excerpt in excerpts]
    columns: dict[str, dict[str, float]] = {}
    for name in args.models:
        mu = mullama.load(name)
        songs = [mu.listen(sound, sample_rate=RATE) for sound in sounds]
        said = claims(mu, songs)
        columns[name] = figures(excerpts, said)
        # Half way round, that no excerpt meets one of its own track.
        half = len(said) // 2
        columns[f"{name}, wrong song"] = figures(excerpts, said[half:] + said[:half])
    for tool in dict.fromkeys([*TEMPO_FAMILIES, *KEY_FAMILIES]):
        columns[tool] = figures(excerpts, tool_claims(excerpts, tool), tool)
    print(table(columns))
    surest = {}
    if args.sure:
        surest = right_of_the_surest(excerpts, choose_claims(mu, songs))
        print("right of the surest", surest)
    stays = disturb(mu, sounds[::EVERY]) if args.disturbed else {}
    for name, found in stays.items():
        print(name, {row: round(value) for row, value in found.items()})
    if args.out:
        pairs = [
            [one.readings.tempo(), claim.tempo, one.readings.key(), claim.key]
            for one, claim in zip(excerpts, said, strict=True)
        ]
        stored = {"figures": columns, "surest": surest, "disturbed": stays, "said": pairs}
        write_text(args.out, json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main()
