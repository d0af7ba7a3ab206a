"""What a language model makes of plain texts stays, where it is told to stay."""

import pytest
import torch

from mullama.checkpoints.store import open_model, resolve
from mullama.data.records import Pair
from mullama.training.qa.objective import MicroBatch, PairObjective
from mullama.training.qa.tokenized import tokenize
from mullama.training.recipe import Phase
from mullama.training.talk.kept import KeepingObjective, KeptBatch, kept_texts

ANSWERS = [
    Pair("What is a hash table?", "It stores each value in a slot.", "0/0"),
    Pair("Where do ferries go?", "They go to the other side of the river, and back.", "0/0"),
    Pair("What is a hash table?", "It stores each value in a slot.", "1/1"),
]
PHASE = Phase("speak", "pairs", ("language_model.*",), steps=4, batch=2)


@pytest.fixture
def objective() -> KeepingObjective:
    model, tokenizer = open_model(resolve("small"), dtype="float32", device="cpu")
    kept = kept_texts(model, tokenizer, ANSWERS)
    pairs = tokenize(ANSWERS, tokenizer, model.config.prompt, 200)
    inner = PairObjective(model, PHASE, pairs, lambda names: torch.zeros(len(names), 4, 192))
    return KeepingObjective(inner, kept, weight=0.5)


def test_each_text_is_kept_once(objective: KeepingObjective) -> None:
    assert len(objective.kept.tokens) == 2, "one answer is there twice"
    for tokens, hidden in zip(*objective.kept, strict=True):
        assert hidden.shape == (len(tokens), 192)


def test_a_model_that_has_not_changed_does_not_diverge(objective: KeepingObjective) -> None:
    assert objective.divergence([0, 1]).item() == pytest.approx(0, abs=1e-4)


def test_a_model_that_has_not_changed_does_not_diverge_in_bfloat16(
    objective: KeepingObjective,
) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        assert objective.divergence([0, 1]).item() == pytest.approx(0, abs=1e-2)


def test_what_has_changed_is_drawn_back(objective: KeepingObjective) -> None:
    model = objective.pairs.model
    weight = model.language_model.model.layers[0].mlp.up_proj.weight
    with torch.no_grad():
        weight += 0.05 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    weight.requires_grad_(True)
    diverged = objective.divergence([0, 1]).item()
    optimiser = torch.optim.SGD([weight], 0.02)
    losses = []
    for _ in range(5):
        optimiser.zero_grad()
        loss = objective.loss(KeptBatch([0, 1]))
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(0.5 * diverged)
    assert losses[0] > 1e-3
    assert losses == sorted(losses, reverse=True)


def test_each_step_has_its_pairs_and_some_texts(objective: KeepingObjective) -> None:
    micros = objective.micro_batches(0)
    assert [type(micro) for micro in micros] == [MicroBatch, KeptBatch]
    assert micros == objective.micro_batches(0)
    assert all(objective.tokens(micro) > 0 for micro in micros)
    assert objective.parts(KeptBatch([0, 1])) == [KeptBatch([0]), KeptBatch([1])]
    assert objective.steps == 4
    assert objective.learning_rate(1) == objective.pairs.learning_rate(1)
    assert objective.validation() == []
    assert "its own answers" in objective.name(KeptBatch([0]))
