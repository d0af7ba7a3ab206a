"""A recipe that talks: from a base and the studio to an adapter alone that answers, each part made once."""

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file
from torch import nn

import mullama
from goldens import LLAMA
from mullama.checkpoints.base import read_base_record
from mullama.data.records import Pair
from mullama.errors import UsageError
from mullama.training.parallel import World
from mullama.training.phases import set_trainable
from mullama.training.precision import autocast
from mullama.training.qa.objective import PairObjective
from mullama.training.recipe_file import load_recipe
from mullama.training.run_options import RunOptions
from mullama.training.small.objectives import AlignObjective
from mullama.training.talk import prepare
from mullama.training.talk.kept import KeepingObjective
from mullama.training.talk.prepare import prepare_talk_task
from mullama.training.trainer import run

pytestmark = pytest.mark.slow

RECIPE = {
    "name": "talk",
    "threads": 1,
    "precision": "bfloat16",
    "lora_rank": 2,
    "export_dtype": "float16",
    "fresh": {"language_model": str(LLAMA), "adapted_layers": 1, "gate": 0.1, "prompt": "brief"},
    "splits": [{"name": "few", "purpose": "answers", "clips": 3, "silences": 1}],
    "talk": {"split": "few", "variants": 2, "pairs": 2, "own_answers": 6, "keep": 0.5},
    "phases": [
        {
            "name": "speak", "objective": "truth", "trains": ["facts.*", "shifts.queries", "shifts.gates"],
            "steps": 2, "batch": 4, "max_length": 400, "rates": {"shifts.gates": 4}, "noise": 0.1,
            "teacher": "probes", "probable": True, "sharpened": 2, "emphasis": 4,
        },
        {
            "name": "align", "objective": "align", "trains": ["bridge.proj.*"], "steps": 2, "batch": 4,
            "teacher": "probes", "mixtures": 2,
        },
        {"name": "together", "objective": "pairs", "trains": ["bridge.*", "finetune"], "steps": 1, "batch": 4,
         "warmup_steps": 0},
    ],
}  # fmt: skip


def write(folder: Path, **changes: object) -> Path:
    path = folder / "talk.yaml"
    path.write_text(yaml.safe_dump({**RECIPE, **changes}))
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("talk")
    options = RunOptions(music=folder / "music")
    run(write(folder), folder / "run", options, report=lambda _: None)
    return folder / "run"


def test_an_adapter_alone_that_answers_beside_its_base(trained: Path) -> None:
    record = read_base_record(trained / "model")
    assert record is not None
    stored = load_file(trained / "model" / "model.safetensors")
    language = {
        n.removeprefix("language_model.") for n in stored if n.startswith("language_model.")
    }
    matrices = {name for name in language & set(record.tensors) if "norm" not in name}
    assert not matrices, "the base's own weights are left to it"
    assert any(name.endswith("norm.weight") for name in language)  # trained, so they are here
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
    assert any(name.endswith("lora_B") and tensor.any() for name, tensor in stored.items())
    model = mullama.load(trained / "model", base=LLAMA, device="cpu")
    song = model.listen(np.zeros(24_000, dtype=np.float32), sample_rate=24_000)
    assert song.ask("Are there drums?", max_new_tokens=3).token_ids


def test_what_was_made_once_is_read_again(trained: Path) -> None:
    made = [
        *trained.glob("features-*"),
        trained / "own-answers.jsonl",
    ]
    made.append(trained / "start" / "model.safetensors")
    assert len(made) == 3
    before = [path.stat().st_mtime_ns for path in made]
    options = RunOptions(music=trained.parent / "music")
    run(trained.parent / "talk.yaml", trained, options, report=lambda _: None)
    assert [path.stat().st_mtime_ns for path in made] == before


def test_the_same_facts_are_read_again(trained: Path) -> None:
    recipe = load_recipe(trained.parent / "talk.yaml")
    options = RunOptions(music=trained.parent / "music")
    tasks = [prepare_talk_task(recipe, trained, options, World(), lambda _: None) for _ in range(2)]
    assert tasks[0].identity() == tasks[1].identity()
    assert tasks[0].features.truths == tasks[1].features.truths
    modules = [nn.ModuleList([task.trainable.probes, task.trainable.facts]) for task in tasks]
    for one, again in zip(*(module.parameters() for module in modules), strict=True):
        assert torch.equal(one, again)


def test_what_it_says_itself_is_kept_where_the_language_model_learns(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [Pair("Why is it late?", "The ferry waits for the tide.", "0/0")]
    monkeypatch.setattr(prepare, "own_answers", lambda *_: said)
    recipe = load_recipe(trained.parent / "talk.yaml")
    options = RunOptions(music=trained.parent / "music")
    task = prepare_talk_task(recipe, trained, options, World(), lambda _: None)
    speak, align, together = (task.objective(phase) for phase in recipe.phases)
    assert isinstance(speak, PairObjective), "nothing of the language model is trained"
    assert isinstance(align, AlignObjective)
    assert isinstance(together, KeepingObjective)
    set_trainable(task.trainable, recipe.phases[2].trains)
    with autocast(torch.device("cpu"), recipe.precision):
        losses = [together.loss(micro) for micro in together.micro_batches(0)]
    assert len(losses) == 2
    sum(losses).backward()
    assert abs(losses[1].item()) < 1e-3, "nothing has changed yet"


def test_a_run_goes_on_from_a_stored_adapter(trained: Path, tmp_path: Path) -> None:
    options = RunOptions(music=trained.parent / "music")
    phases = [{**RECIPE["phases"][0], "steps": 1, "learning_rate": 0}]  # type: ignore[index]
    run(
        write(tmp_path, start=str(trained), phases=phases, precision="float32"),
        tmp_path / "on",
        options,
        report=lambda _: None,
    )
    before, after = (
        load_file(f / "model" / "model.safetensors") for f in (trained, tmp_path / "on")
    )
    assert before.keys() == after.keys()
    assert {name for name, tensor in before.items() if not torch.equal(tensor, after[name])} == {
        "bridge.mix.weight",
        "bridge.mix.bias",
    }, "these hear, and are the small model's again"


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    data = [{"file": "pairs.jsonl"}]
    with pytest.raises(UsageError, match="talk goes without other data"):
        run(write(tmp_path, data=data), tmp_path / "a", report=lambda _: None)
    with pytest.raises(UsageError, match="does not say which fresh adapter"):
        run(write(tmp_path, fresh=None), tmp_path / "b", report=lambda _: None)
