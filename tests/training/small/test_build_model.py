"""A fresh model of the recipe's sizes, and the folder that it becomes."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import mullama
from mullama.studio.words.forms import TOPIC
from mullama.training.recipe import ModelSizes
from mullama.training.small.build_model import (
    SmallTrainableModel,
    export,
    fresh_model,
    started_model,
)
from mullama.training.small.tokens import train_tokenizer

SIZES = ModelSizes(
    hidden=32, layers=3, heads=2, inner=48, adapted_layers=2, bridge_width=32,
    encoder={"hidden_size": 32, "intermediate_size": 32},
)  # fmt: skip


@pytest.fixture(scope="module")
def trainable() -> SmallTrainableModel:
    return SmallTrainableModel(
        fresh_model(SIZES, train_tokenizer(["Is there a piano? Yes."] * 3, 300), 0)
    )


def test_the_same_seed_gives_the_same_weights(trainable: SmallTrainableModel) -> None:
    again = fresh_model(SIZES, train_tokenizer(["Is there a piano? Yes."] * 3, 300), 0)
    for name, tensor in trainable.model.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name


def test_facts_and_music_reach_the_language_model_by_one_way(
    trainable: SmallTrainableModel,
) -> None:
    listening = torch.randn(2, trainable.model.config.states, 32)
    carried = trainable.model.bridge(listening)
    torch.testing.assert_close(trainable.model.spread(carried), trainable.model.adapt(listening))
    assert trainable.model.spread(carried).abs().max() > 1e-4  # the gates are open


def test_ears_that_grow_hear_at_first_what_they_heard(
    trainable: SmallTrainableModel, tmp_path: Path
) -> None:
    export(trainable.model, train_tokenizer(["Is there a piano? Yes."] * 3, 300), tmp_path)
    inputs = ("tuned_pitches", "key_profiles", "beat_multiples", "formulas")
    more = dict.fromkeys(inputs, True)
    grown = started_model(tmp_path, replace(SIZES, encoder=more), 1)
    before, after = mullama.load(tmp_path).model.encoder, grown.encoder.eval()
    sizes = {name: p.shape for name, p in before.named_parameters()}
    added = {name for name, p in after.named_parameters() if p.shape != sizes.get(name)}
    assert added == {"formulas.keys.weight", "formulas.beats.weight"} | {
        f"feature_extractor.{name}"
        for name in (
            "pitches.chords.weight",
            "pitches.near_keys.weight",
            "pitches.near_keys.bias",
            "pitches.fits.weight",
            "pitches.fits.bias",
            "beats.near.weight",
            "beats.near.bias",
            "beats.far.weight",
            "beats.far.bias",
            "beats.out.weight",
            "beats.out.bias",
        )
    }
    sound = 0.1 * torch.randn(2, 48_000)
    with torch.no_grad():
        torch.testing.assert_close(after(sound), before(sound))
    assert grown.config.audio_config.tuned_pitches
    after(sound).square().sum().backward()
    assert after.feature_extractor.pitches.fits.weight.grad.abs().max() > 0
    assert after.feature_extractor.beats.out.weight.grad.abs().max() > 0
    assert after.formulas.keys.weight.grad.abs().max() > 0


def test_ears_of_another_model_take_the_place_of_its_own(
    trainable: SmallTrainableModel, tmp_path: Path
) -> None:
    tokenizer = train_tokenizer(["Is there a piano? Yes."] * 3, 300)
    export(trainable.model, tokenizer, tmp_path / "words")
    other = fresh_model(SIZES, tokenizer, 7)
    export(other, tokenizer, tmp_path / "ears")
    sizes = replace(SIZES, encoder={"tuned_pitches": True})
    both = started_model(tmp_path / "words", sizes, 1, tmp_path / "ears").eval()
    words, ears = (mullama.load(tmp_path / name).model for name in ("words", "ears"))
    sound = 0.1 * torch.randn(2, 48_000)
    with torch.no_grad():
        torch.testing.assert_close(both.encoder(sound), ears.encoder(sound))
    assert torch.equal(both.bridge.proj.weight, words.bridge.proj.weight)
    assert torch.equal(both.shifts.queries, words.shifts.queries)


def test_an_export_answers_like_the_model_in_memory(
    trainable: SmallTrainableModel, tmp_path: Path
) -> None:
    tokenizer = train_tokenizer(["Is there a piano? Yes."] * 3, 300)
    export(trainable.model, tokenizer, tmp_path, {"recipe": "tiny"})
    stored = load_file(tmp_path / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
    mu = mullama.load(tmp_path)
    assert mu.model.config.provenance == {"recipe": "tiny"}
    assert mu.sampling().temperature == 0
    forms = mu.calibration.forms
    assert {form.text for form in forms} == {"{choice}", *TOPIC}
    assert all(form.trust is None for form in forms)  # which is that of certain weights
    assert next(mu.model.encoder.parameters()).dtype == torch.float32
    tokens = torch.tensor([tokenizer.encode("Is there").ids])
    listening = torch.randn(1, trainable.model.config.states, 32)
    with torch.no_grad():
        ours = trainable.model.eval()(input_ids=tokens, listening=listening).logits
        theirs = mu.model(input_ids=tokens, listening=listening).logits
    assert (ours - theirs).abs().max() < 2e-3 * ours.abs().max()
