"""What a phase trains, by the one function that training and the tests of equality call."""

import pytest
from torch import nn

from mullama.errors import UsageError
from mullama.training.phases import PHASES, is_trained, set_trainable
from mullama.training.trainable import TrainableModel
from tiny import tiny_model


@pytest.mark.parametrize("phase", list(PHASES))
def test_a_model_and_a_trainable_one_train_the_same(phase: str) -> None:
    model = tiny_model()
    alone = set_trainable(model, [phase])
    wrapped = set_trainable(TrainableModel(model), [phase])
    assert [f"model.{name}" for name in alone] == list(wrapped)
    assert all(parameter.requires_grad for parameter in alone.values())
    others = [p for name, p in model.named_parameters() if name not in alone]
    assert not any(parameter.requires_grad for parameter in others)


def test_patterns_and_phases_add_up() -> None:
    model = tiny_model()
    both = set_trainable(model, ["pretrain", "encoder.*"])
    assert {name.split(".")[0] for name in both} == {"bridge", "shifts", "encoder"}
    assert is_trained("model.shifts.gates", ["pretrain"])
    assert not is_trained("model.shifts.gates", ["finetune"])


@pytest.mark.parametrize(
    ("word", "hint"), [("finetun", "; did you mean 'finetune'"), ("frist.*", "such a name$")]
)
def test_a_pattern_that_matches_nothing_is_refused(word: str, hint: str) -> None:
    with pytest.raises(UsageError, match=rf"trains '{word[:5]}.*{hint}"):
        set_trainable(nn.ModuleDict({"first": nn.Linear(2, 2), "finetuned": nn.ReLU()}), [word])
