"""Training as published: the same texts, losses, steps and weights as the published code."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from clips import pairs_in
from goldens import (
    FINETUNED,
    GOLDEN,
    LLAMA,
    MERT,
    mean,
    our_names,
    trainable_model,
    write_pretrained,
)
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.logging import RunLogger
from mullama.training.loop import Loop
from mullama.training.optimiser import adamw
from mullama.training.phases import set_trainable
from mullama.training.qa.objective import MicroBatch, PairObjective
from mullama.training.qa.tokenized import IGNORED, TokenizedPairs, tokenize
from mullama.training.recipe import Phase, Recipe
from mullama.training.trainable import LossModule, TrainableModel

NEAR, NEAR_STEP = 1e-4, 1e-3
KNOWN: dict[str, Any] = json.loads((GOLDEN / "training.json").read_text(encoding="utf-8"))
CLIPS = {None: "zeros", "000000.wav": "c3", "000001.wav": "c3b", "000002.wav": "st"}
PHASES = ["pretrain", "finetune"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("published")
    adapters = {"finetune": FINETUNED, "pretrain": write_pretrained(root / "pretrained.pth")}
    return {
        phase: convert(ConvertOptions(llama=LLAMA, mert=MERT, adapter=adapter, out=root / phase))
        for phase, adapter in adapters.items()
    }


def listen(names: Any) -> Tensor:
    return torch.cat([mean(CLIPS[name]) for name in names])


def tokenized(folder: Path, tmp_path: Path, max_length: int) -> TokenizedPairs:
    (tmp_path / "items.json").write_text(json.dumps(KNOWN["items"]))
    pairs = pairs_in(tmp_path / "items.json")
    tokenizer = load_tokenizer(folder)
    return tokenize(pairs, tokenizer, "published", max_length, as_published=True)


def objective(
    model: MuLlamaForConditionalGeneration, pairs: TokenizedPairs, name: str, **changes: Any
) -> PairObjective:
    settings: dict[str, Any] = {"epochs": 4, "warmup_epochs": 1, "batch": 2, "learning_rate": 5e-3}
    phase = Phase(
        name, "pairs", (name,), max_length=KNOWN["max_words"]["normal"], as_published=True,
        weight_decay=0.05, clip_norm=0, **{**settings, **changes},
    )  # fmt: skip
    return PairObjective(model, phase, pairs, lambda names: model.adapt(listen(names)))


@pytest.mark.parametrize("length", ["normal", "truncating", "prompt_longer_than_max"])
def test_texts(folders: dict[str, Path], tmp_path: Path, length: str) -> None:
    max_length = KNOWN["max_words"][length]
    pairs = tokenized(folders["finetune"], tmp_path, max_length)
    for index, expected in enumerate(KNOWN["dataset"][length]):
        ids = pairs[index].ids.tolist()
        assert ids + [0] * (max_length - len(ids)) == expected["input_ids"]
        labels = [0] * pairs[index].prompt + ids[pairs[index].prompt :]
        assert labels + [0] * (max_length - len(ids)) == expected["labels"]
        assert (ids[-1] == 2) == expected["has_eos"]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("length", ["normal", "truncating", "prompt_longer_than_max"])
def test_losses(folders: dict[str, Path], tmp_path: Path, phase: str, length: str) -> None:
    pairs = tokenized(folders[phase], tmp_path, KNOWN["max_words"][length])
    learn = objective(trainable_model(folders[phase]), pairs, phase)
    for index in range(5):
        micro = MicroBatch([index], 1 / learn.counted(index), KNOWN["max_words"][length])
        loss = learn.loss(micro)
        expected = KNOWN[phase]["loss_single"][f"{length}_{index}"]
        assert loss.item() == pytest.approx(expected, rel=NEAR)


def check(model: MuLlamaForConditionalGeneration, expected: dict[str, list[float]]) -> None:
    named = dict(model.named_parameters())
    for published, (norm, total, largest) in expected.items():
        name, row = our_names(published, model)
        if row is not None and row < 0:  # gates of a layer that is not adapted
            continue
        found = named[name].detach() if row is None else named[name].detach()[row]
        assert found.norm().item() == pytest.approx(norm, rel=NEAR_STEP), published
        assert found.abs().max().item() == pytest.approx(largest, rel=NEAR_STEP), published
        room = NEAR_STEP * norm * found.numel() ** 0.5
        assert found.sum().item() == pytest.approx(total, abs=room), published


@pytest.mark.parametrize("phase", PHASES)
def test_one_step_of_the_optimiser(folders: dict[str, Path], tmp_path: Path, phase: str) -> None:
    pairs = tokenized(folders[phase], tmp_path, KNOWN["max_words"]["normal"])
    model = trainable_model(folders[phase])
    learn = objective(model, pairs, phase)
    chosen = set_trainable(TrainableModel(model), [phase])
    optimiser = adamw(chosen, 0.05)
    for group in optimiser.param_groups:
        group["lr"] = 1e-2
    both = learn.counted(0) + learn.counted(1)
    for micro in (MicroBatch([0, 1], 0.5 / both), MicroBatch([2], 0.5 / learn.counted(2))):
        learn.loss(micro).backward()
    norm = torch.nn.utils.get_total_norm([p.grad for p in chosen.values() if p.grad is not None])
    assert norm.item() == pytest.approx(KNOWN[phase]["grad_norm_total_accumulated"], rel=NEAR_STEP)
    optimiser.step()
    check(model, KNOWN[phase]["params_after_step"])


@pytest.mark.parametrize("phase", PHASES)
def test_two_epochs(folders: dict[str, Path], tmp_path: Path, phase: str) -> None:
    """The whole loop: schedule, accumulation, the dropped rest, the first step at rate zero."""
    pairs = tokenized(folders[phase], tmp_path, KNOWN["max_words"]["normal"])
    model = trainable_model(folders[phase])
    learn = objective(model, pairs, phase)
    assert learn.published is not None
    learn.published.rows = lambda step: [[0, 1], [2, 3]][step % 2]  # type: ignore[method-assign]
    recipe = Recipe("published", (learn.phase,), start="x", log_steps=1)
    logger = RunLogger(tmp_path, lambda _: None)
    loop = Loop(recipe, LossModule(TrainableModel(model)), tmp_path, lambda _: learn, logger)
    assert learn.steps == 8
    assert not loop.train(max_steps=4)
    known = KNOWN[phase]["engine_2epochs_accum2"]
    assert [learn.learning_rate(step) for step in range(4)] == pytest.approx(
        [known["lr_calls"][index][1] for index in (0, 1, 3, 4)]
    )
    check(model, known["params"])


def test_what_is_ignored(folders: dict[str, Path], tmp_path: Path) -> None:
    pairs = tokenized(folders["finetune"], tmp_path, KNOWN["max_words"]["normal"])
    learn = objective(trainable_model(folders["finetune"]), pairs, "finetune")
    _, labels, _ = learn.collate(pairs, MicroBatch([3], 1.0, KNOWN["max_words"]["normal"]))
    known = torch.tensor([KNOWN["dataset"]["normal"][3]["labels"]])
    assert torch.equal(labels.masked_fill(labels == IGNORED, 0), known)
