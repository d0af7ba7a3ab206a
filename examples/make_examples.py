"""Make the example pieces: composed, rendered with FluidR3 (MIT), written beside their truth.

    python examples/make_examples.py [FOLDER]

The seeds are set aside for examples: no training, choice or evaluation uses them.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import soundfile

from mullama.studio.clips import SEEDS
from mullama.studio.compose.composer import compose
from mullama.studio.sound.banks import BANKS
from mullama.studio.sound.mixing import mix
from mullama.studio.sound.render import render_stems
from mullama.studio.sound.synth import Synth

BANK = BANKS["fluidr3"]


@dataclass(frozen=True)
class Example:
    """One piece: file name, style, length, and which of the seeds for examples composes it."""

    file: str
    style: str
    number: int
    seconds: float


EXAMPLES = (
    Example("jazz.mp3", "jazz", 3, 20.0),
    Example("rock.mp3", "rock", 3, 20.0),
    Example("waltz.flac", "waltz", 12, 10.0),
    Example("jig.flac", "folk", 9, 10.0),
)


def make(example: Example, synth: Synth, folder: Path) -> None:
    """Write one piece and, beside it, what is true of it."""
    seed = SEEDS["examples"][example.number]
    piece = compose(seed, seconds=example.seconds, style=example.style)
    clip = mix(render_stems(piece, synth), seed, seconds=example.seconds, strength=0, leave_out=0)
    path = folder / example.file
    soundfile.write(path, clip.waveform, clip.rate)
    facts = {
        "seed": seed,
        "seconds": example.seconds,
        "sound_bank": BANK.name,
        "sound_bank_licence": BANK.licence,
        "truth": clip.truth.as_dict(),
    }
    path.with_suffix(".json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Make all of them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    with Synth(BANK) as synth:
        for example in EXAMPLES:
            make(example, synth, folder)


if __name__ == "__main__":
    main()
