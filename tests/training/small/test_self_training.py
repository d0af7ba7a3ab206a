"""What is open of recordings is filled with what probes are sure of, once a phase; all else stays."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mullama.studio.compose.harmony import all_keys
from mullama.studio.silence import NOTHING
from mullama.studio.sound.render import RATE
from mullama.studio.sources import CLIP_SECONDS
from mullama.studio.spectra_set import SpectraSet, spectra_bytes
from mullama.studio.truth import Truth
from mullama.training.checkpoints import TrainingError
from mullama.training.recipe import ModelSizes
from mullama.training.small.attributes import tempo_centres
from mullama.training.small.build_model import SmallTrainableModel, fresh_model
from mullama.training.small.self_training import fill_in
from mullama.training.small.tokens import train_tokenizer

SIZES = ModelSizes(hidden=32, layers=2, heads=2, inner=32, adapted_layers=2, bridge_width=32)
UNKNOWN = replace(NOTHING, listed=False)
TRUTHS = (
    Truth(("drums",), None, None, "4/4", None, None, None),
    replace(UNKNOWN, tempo_bpm=90),
    replace(UNKNOWN, tempo_bpm=90),
    UNKNOWN,
    replace(UNKNOWN, key="A minor"),
)


@pytest.fixture
def trainable() -> SmallTrainableModel:
    found = SmallTrainableModel(fresh_model(SIZES, train_tokenizer(["Yes. No."], 300), 0))
    hear(found, sure=9.0)
    return found


def hear(trainable: SmallTrainableModel, sure: float) -> None:
    """Make its probes hear D major at 120 BPM in everything."""
    state = {name: tensor.zero_() for name, tensor in trainable.probes.state_dict().items()}
    state["probes.key.bias"] = torch.tensor([sure * (name == "D major") for name in all_keys()])
    state["probes.tempo.bias"] = -200 * (tempo_centres() - math.log2(120)).square()
    trainable.probes.load_state_dict(state)


@pytest.fixture(scope="module")
def music() -> SpectraSet:
    noise = torch.rand(5, round(CLIP_SECONDS * RATE), generator=torch.Generator().manual_seed(0))
    clips = [spectra_bytes(one.numpy()) for one in noise]
    bands, onsets, pitches = (
        torch.stack([torch.from_numpy(clip[part]) for clip in clips]) for part in range(3)
    )
    goes_on = torch.tensor([False, False, True, False, False])
    return SpectraSet(bands, onsets, pitches, TRUTHS, goes_on)


def test_only_what_is_open_of_recordings_is_filled(
    trainable: SmallTrainableModel, music: SpectraSet, tmp_path: Path
) -> None:
    filled = fill_in(trainable, music, 0, tmp_path, "hear on")
    assert filled.truths[0] == TRUTHS[0], "what is rendered stays open"
    assert [(t.tempo_bpm, t.key) for t in filled.truths[1:]] == [
        (90, "D major"),
        (90, "D major"),
        (pytest.approx(120, rel=0.03), "D major"),
        (pytest.approx(120, rel=0.03), "A minor"),
    ]
    assert torch.equal(filled.bands, music.bands)


def test_what_is_unsure_stays_open_and_what_was_read_is_kept(
    trainable: SmallTrainableModel, music: SpectraSet, tmp_path: Path
) -> None:
    hear(trainable, sure=2.0)
    first = fill_in(trainable, music, 0, tmp_path, "hear")
    assert [truth.key for truth in first.truths] == [None, None, None, None, "A minor"]
    # The encoder learns, and a run that is resumed reads nothing anew.
    hear(trainable, sure=9.0)
    assert fill_in(trainable, music, 0, tmp_path, "hear").truths == first.truths
    kept = tmp_path / "read-in-hear.json"
    kept.write_text(json.dumps(json.loads(kept.read_text())[:3]))
    with pytest.raises(TrainingError, match="other music"):
        fill_in(trainable, music, 0, tmp_path, "hear")
