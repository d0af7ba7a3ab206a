"""A tiny recipe of the small model's own phases, and made-up music for it where none can be rendered."""

from pathlib import Path

import numpy as np

from mullama.listen.encoders.pitches import PITCHES
from mullama.listen.encoders.spectra import BANDS, ONSET_GROUPS
from mullama.studio.corpus import shard_name, split_folder
from mullama.studio.spectra_set import SpectraBytes, write_shard
from mullama.training.recipe import Recipe
from mullama.training.recipe_file import load_recipe
from mullama.training.small.texts import imagined

RECIPE = """
name: tiny
seed: 3
log_steps: 2
model:
  hidden: 32
  layers: 2
  heads: 2
  inner: 48
  vocabulary: 600
  positions: 72
  adapted_layers: 2
  bridge_width: 32
  encoder: {hidden_size: 32, intermediate_size: 32, num_hidden_layers: 1, frame_channels: [4, 4, 4, 4]}
splits:
  - {name: music, purpose: encoder, clips: 8, silences: 1}
  - {name: seen, purpose: held-out, clips: 6}
  - {name: unseen, purpose: held-out, clips: 6, bank: timgm6mb}
phases:
  - {name: hear, objective: attributes, trains: ["encoder.*", "bridge.mix.*", "probes.*"],
     split: music, steps: 3, batch: 4}
  - {name: speak, objective: truth, trains: ["language_model.*", "shifts.*", "facts.*"],
     split: music, steps: 3, batch: 8, noise: 0.1}
  - {name: align, objective: align, trains: ["bridge.proj.*", "bridge.blocks.*"],
     split: music, steps: 3, batch: 4, variants: 2, teacher: probes}
  - {name: answer, objective: answers, split: music, steps: 3, batch: 8, variants: 2,
     trains: ["bridge.*", "shifts.*", "language_model.*"]}
"""


def make_music(recipe: Recipe, folder: Path) -> None:
    """Write made-up spectra where the rendered ones would lie; the truths are the studio's own."""
    rng = np.random.default_rng(0)
    for split in recipe.splits:
        truths = imagined(split)
        clips = [
            SpectraBytes(
                rng.integers(0, 200, (BANDS, 100), dtype=np.uint8),
                rng.integers(0, 50, (ONSET_GROUPS, 200), dtype=np.uint8),
                rng.integers(0, 200, (PITCHES, 10), dtype=np.uint8),
            )
            for _ in truths
        ]
        here = split_folder(split, folder)
        here.mkdir(parents=True)
        write_shard(here / shard_name(0), clips, truths, [False] * len(clips))


def write_small_recipe(folder: Path) -> Path:
    """The recipe's file; its music lies beside it in `music`."""
    path = folder / "tiny.yaml"
    path.write_text(RECIPE)
    make_music(load_recipe(path), folder / "music")
    return path
