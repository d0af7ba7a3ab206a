"""Runs on question-answer pairs: whole, stopped, killed, in two processes, with bad data."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import PreTrainedTokenizerFast

import mullama
from mullama.errors import UsageError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor
from mullama.training.checkpoints import FOLDER, TrainingError
from mullama.training.recipe import Recipe
from mullama.training.recipe_file import load_recipe
from mullama.training.run_folder import RECIPE
from mullama.training.run_log import read_log
from mullama.training.run_options import RunOptions
from mullama.training.trainer import run
from paths import RECIPES
from runs import write_data, write_recipe
from tiny import tiny_model

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_data(tmp_path / "data")


def train(recipe: Path, out: Path, data: Path, **options: Any) -> dict[str, Tensor]:
    """Run in this process; the finished weights."""
    told = RunOptions(data=data, store=data.parent / "store", device="cpu", **options)
    return load_file(run(recipe, out, told, report=lambda _: None).model / "model.safetensors")


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def test_a_run_trains_what_its_phase_names_and_loads(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder)
    before = load_file(folder / "model.safetensors")
    after = train(recipe, tmp_path / "run", data)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert all(name.startswith("language_model.") for name in moved)
    assert all("lora_" in n or "norm" in n or n.endswith("bias") for n in moved)
    assert not [n for n in moved if n.endswith(("k_proj.bias", "v_proj.bias"))]
    losses = [line["loss"] for line in read_log(tmp_path / "run")]
    assert losses[-1] < losses[0]
    song = mullama.load(tmp_path / "run", device="cpu").listen(data.parent / "000001.wav")
    assert song.ask("What is it?", max_new_tokens=4).token_ids
    assert load_recipe(tmp_path / "run" / RECIPE) == load_recipe(recipe)
    assert json.loads((tmp_path / "run" / "environment.json").read_text())["processes"] == 1


def test_low_rank_updates_are_added_to_a_model_without(
    model: MuLlamaForConditionalGeneration, folder: Path, data: Path, tmp_path: Path
) -> None:
    model.merge_lora().save_pretrained(folder)
    recipe = write_recipe(tmp_path / "r.yaml", folder, lora_rank=2, phase={"steps": 2, "epochs": 0})
    after = train(recipe, tmp_path / "run", data)
    assert after["language_model.model.layers.0.self_attn.q_proj.lora_A"].shape == (2, 64)
    assert after["language_model.model.layers.0.self_attn.q_proj.lora_B"].abs().sum() > 0
    assert mullama.load(tmp_path / "run", device="cpu")


def test_smaller_micro_batches_and_recomputing_change_nothing(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    phase = {"steps": 3, "epochs": 0}
    plain = train(write_recipe(tmp_path / "a.yaml", folder, phase=phase), tmp_path / "a", data)
    phase["micro_tokens"] = 60
    small = write_recipe(tmp_path / "b.yaml", folder, phase=phase, recompute=True)
    for name, tensor in train(small, tmp_path / "b", data).items():
        assert torch.allclose(tensor, plain[name], atol=2e-5), name


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_trains_its_parameters_in_float32(
    folder: Path, data: Path, tmp_path: Path, precision: str
) -> None:
    phase = {"steps": 3, "epochs": 0}
    recipe = write_recipe(
        tmp_path / "r.yaml",
        folder,
        precision=precision,
        phase=phase,
        validate_steps=2,
        validation=0.3,
    )
    after = train(recipe, tmp_path / "run", data)
    layer = "language_model.model.layers.1.self_attn.q_proj"
    assert after[f"{layer}.lora_A"].dtype == torch.float32
    assert str(after[f"{layer}.weight"].dtype) == f"torch.{precision}"
    assert after["bridge.proj.weight"].dtype == torch.float32
    exact = write_recipe(tmp_path / "w.yaml", folder, phase=phase, validate_steps=2, validation=0.3)
    train(exact, tmp_path / "whole", data)
    lines = list(zip(read_log(tmp_path / "run"), read_log(tmp_path / "whole"), strict=True))
    assert sum("validation" in line for line, _ in lines) == 2
    for key in ("loss", "validation"):
        assert all(abs(a[key] - b[key]) < 0.1 for a, b in lines if key in a)


@pytest.mark.parametrize("phase", ["pretrain", "finetune"])
def test_the_contestant_trains_on_one_vector(
    tokenizer: PreTrainedTokenizerFast, data: Path, tmp_path: Path, phase: str
) -> None:
    folder = tmp_path / "contestant"
    model = tiny_model(listening="last", adapted_layers=4)
    model.save_pretrained(folder)
    MuLlamaProcessor.of(model.config, tokenizer).save_pretrained(folder)
    changes = {"trains": [phase], "steps": 2, "epochs": 0}
    recipe = write_recipe(tmp_path / "r.yaml", folder, phase=changes)
    before = load_file(folder / "model.safetensors")
    after = train(recipe, tmp_path / "run", data)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert ("bridge.proj.weight" in moved) == (phase == "pretrain")
    assert after["bridge.mix.weight"].shape == (1, 1)
    assert mullama.load(tmp_path / "run", device="cpu")


def test_the_encoder_can_train_too(folder: Path, data: Path, tmp_path: Path) -> None:
    phase = {"trains": ["encoder.*", "bridge.*"], "steps": 2, "epochs": 0}
    before = load_file(folder / "model.safetensors")
    after = train(write_recipe(tmp_path / "r.yaml", folder, phase=phase), tmp_path / "run", data)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert any(name.startswith("encoder.") for name in moved)
    assert any(name.startswith("bridge.") for name in moved)


def test_the_best_weights_on_held_out_tracks_are_exported(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder, validation=0.3, validate_steps=2)
    train(recipe, tmp_path / "run", data)
    found = [line["validation"] for line in read_log(tmp_path / "run") if "validation" in line]
    assert len(found) >= 3
    assert min(found) < found[0] + 1e-9


def test_weighted_data_sets_and_the_folder_of_a_recipe(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    sets = [{"file": "pairs.jsonl", "weight": 2}, {"file": "gone.json", "optional": True}]
    recipe = write_recipe(tmp_path / "r.yaml", folder, data=sets, phase={"epochs": 1})
    train(recipe, tmp_path / "run", data.parent, tensorboard=True)
    assert list((tmp_path / "run" / "tensorboard").glob("events.*"))
    assert read_log(tmp_path / "run")[-1]["of"] == 8  # 23 pairs, twice, in sixes


# ------------------------------------------------------------------------ bad data


def test_missing_audio_is_named_and_may_be_left_out(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    (data.parent / "000002.wav").unlink()
    (data.parent / "000004.wav").write_text("no sound")
    recipe = write_recipe(tmp_path / "r.yaml", folder, phase={"epochs": 1})
    said: list[str] = []
    told = RunOptions(data=data, store=tmp_path / "store", device="cpu")
    with pytest.raises(UsageError, match=r"2 audio files are missing .* --skip-missing"):
        run(recipe, tmp_path / "run", told, report=said.append)
    assert any("000002.wav" in line for line in said)
    assert any("000004.wav" in line for line in said)
    train(recipe, tmp_path / "run", data, skip_missing=True)
    assert read_log(tmp_path / "run")[-1]["of"] == 3  # 17 pairs in sixes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"audio": "000000.wav", "question": "What?"}', r"line 1: 'answer' is missing"),
        ('{"question": "What?", "answer": 3}', "line 1: 'answer' is 3, expected text"),
        ("{", "line 1: it is not JSON"),
        ("", "no pairs in"),
    ],
)
def test_pairs_that_cannot_be_read_are_named(
    folder: Path, data: Path, tmp_path: Path, text: str, said: str
) -> None:
    data.write_text(text)
    recipe = write_recipe(tmp_path / "r.yaml", folder)
    with pytest.raises(UsageError, match=said):
        train(recipe, tmp_path / "run", data)


@pytest.mark.parametrize("name", ["../secret.wav", "/secret.wav"])
def test_audio_outside_the_data_set_is_not_read(
    folder: Path, data: Path, tmp_path: Path, name: str
) -> None:
    (data.parent / "000000.wav").rename(tmp_path / "secret.wav")
    name = name if name.startswith("..") else str(tmp_path / "secret.wav")
    data.write_text(json.dumps({"audio": name, "question": "What?", "answer": "It."}))
    recipe = write_recipe(tmp_path / "r.yaml", folder)
    told = RunOptions(data=data, audio=data.parent, store=tmp_path / "store", device="cpu")
    with pytest.raises(UsageError, match="1 audio files are missing"):
        run(recipe, tmp_path / "run", told, report=lambda _: None)


def test_a_finished_run_is_not_resumed_with_other_data(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder, phase={"steps": 1, "epochs": 0})
    train(recipe, tmp_path / "run", data)
    train(recipe, tmp_path / "run", data)
    data.write_text(data.read_text().replace("drums", "bells"))
    with pytest.raises(UsageError, match="belongs to a run with another data"):
        train(recipe, tmp_path / "run", data)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"phase": {"trains": ["finetun"]}}, "trains 'finetun', but no parameter"),
        ({"phase": {"batch": 0}}, r"phases\[0\]: batch: expected int >= 1, got 0"),
        ({"validate_steps": 0}, "validate_steps: expected int >= 1, got 0"),
        ({"lora_rank": 7}, "has low-rank updates of rank 4, the recipe says 7"),
        ({"phase": {"batch": 64, "as_published": True}}, "23 pairs are too few for a single step"),
    ],
)
def test_what_does_not_fit_is_said_before_the_first_step(
    folder: Path, data: Path, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder, **change)
    with pytest.raises(UsageError, match=said):
        train(recipe, tmp_path / "run", data)


def test_nothing_to_resume_is_said(folder: Path, data: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder)
    with pytest.raises(UsageError, match="--resume: there is no checkpoint"):
        train(recipe, tmp_path / "run", data, resume=True)


def test_a_non_finite_loss_names_the_item(folder: Path, data: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder)
    train(recipe, tmp_path / "good", data, max_steps=1)
    # The Listening of one clip is damaged on disk in a way that only the loss shows.
    import numpy as np

    from mullama.checkpoints.store import open_model
    from mullama.listen.cache import open_cache

    store = open_cache(data.parent / "store", open_model(folder, "float32", "cpu")[0].encoder)
    place = store.path(store.digest(data.parent / "000003.wav"))
    np.save(place, np.full(store.shape, np.nan, dtype=np.float16))
    with pytest.raises(
        TrainingError,
        match=r"NaN or infinite loss or gradient at step \d+, at .*000003\.wav, 'What is it",
    ):
        train(recipe, tmp_path / "bad", data)
    assert list((tmp_path / "bad" / FOLDER).glob("step-*.pt"))


# ----------------------------------------------------------------- stopped and killed


def command(recipe: Path, out: Path, data: Path, *more: str) -> list[str]:
    told = ["--out", str(out), "--data", str(data), "--store", str(data.parent / "store")]
    return ["mullama", "train", str(recipe), *told, "--device", "cpu", *more]


MAIN = "import sys; from mullama.cli import main; sys.exit(main(sys.argv[1:]))"


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_stopped_run_gives_the_same_weights(folder: Path, data: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder)
    whole = train(recipe, tmp_path / "whole", data)
    for most in (1, 4, 2, None):
        parts = train(recipe, tmp_path / "parts", data, max_steps=most)
    assert same(whole, parts)


def wait_for_steps(out: Path, steps: int, process: subprocess.Popen[str]) -> None:
    while process.poll() is None and len(list_log(out)) < steps:
        time.sleep(0.01)


def list_log(out: Path) -> list[str]:
    path = out / "log.jsonl"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_run_gives_the_same_weights(
    folder: Path, data: Path, tmp_path: Path, seed: int
) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder)
    whole = train(recipe, tmp_path / "whole", data)
    chance = random.Random(seed)
    out = tmp_path / "killed"
    for steps in sorted(chance.sample(range(1, 11), 2)):
        process = start(*command(recipe, out, data))
        wait_for_steps(out, steps, process)
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.communicate()
    assert same(whole, train(recipe, out, data))
    assert [line["step"] for line in read_log(out)] == list(range(1, 13))


@pytest.mark.slow
def test_sigterm_saves_and_says_how_to_go_on(folder: Path, data: Path, tmp_path: Path) -> None:
    # Nothing but the signal may save: no checkpoint is due for an hour.
    recipe = write_recipe(tmp_path / "r.yaml", folder, checkpoint_seconds=3600)
    out = tmp_path / "stopped"
    process = start(*command(recipe, out, data))
    wait_for_steps(out, 2, process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate()
    assert process.returncode == 143
    assert "stopped as asked" in said
    assert same(train(recipe, tmp_path / "whole", data), train(recipe, out, data, resume=True))


def test_a_disk_that_fills_up_gets_one_line_and_the_same_command_goes_on(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder)
    whole = train(recipe, tmp_path / "whole", data)
    out = tmp_path / "out"
    train(recipe, out, data, max_steps=2)
    limited = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n{MAIN}"
    )
    process = subprocess.run(
        [sys.executable, "-c", limited, *command(recipe, out, data)[1:]],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2
    assert "Traceback" not in process.stderr
    last = process.stderr.splitlines()[-1]
    assert last.startswith("mullama: error: the checkpoint ")
    assert "step-000000002-000.pt is the last good one: free some space" in last
    assert same(whole, train(recipe, out, data))


@pytest.mark.slow
def test_a_second_trainer_on_one_folder_is_refused(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder, phase={"steps": 100_000, "epochs": 0})
    out = tmp_path / "run"
    first = start(*command(recipe, out, data))
    wait_for_steps(out, 1, first)
    with pytest.raises(UsageError, match=rf"run is being trained by process {first.pid}"):
        train(recipe, out, data)
    first.kill()
    first.communicate()
    train(recipe, out, data, max_steps=1)


@pytest.mark.slow
def test_several_processes_print_an_error_once(folder: Path, data: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "r.yaml", folder, phase={"trains": ["finetun"]})
    torchrun = ("torch.distributed.run", "--nproc-per-node", "2", "-m")
    _, said = start(*torchrun, *command(recipe, tmp_path / "run", data)).communicate()
    assert said.count("mullama: error: a phase trains 'finetun'") == 1


@pytest.mark.slow
@pytest.mark.parametrize("parallel", ["ddp", "fsdp"])
def test_two_processes_train_as_one(
    folder: Path, data: Path, tmp_path: Path, parallel: str
) -> None:
    recipe = write_recipe(
        tmp_path / "r.yaml", folder, parallel=parallel, validation=0.3, validate_steps=2
    )
    alone = train(recipe, tmp_path / "alone", data)
    out = tmp_path / "both"
    torchrun = ("torch.distributed.run", "--nproc-per-node", "2", "-m")
    first = start(*torchrun, *command(recipe, out, data, "--max-steps", "5"))
    _, said = first.communicate()
    assert first.returncode == 0, said
    second = start(*torchrun, *command(recipe, out, data, "--resume"))
    _, said = second.communicate()
    assert second.returncode == 0, said
    together = load_file(out / "model" / "model.safetensors")
    assert together.keys() == alone.keys()
    for name, tensor in alone.items():
        assert torch.allclose(together[name], tensor, atol=1e-4), name
    pairs = zip(read_log(tmp_path / "alone"), read_log(out), strict=True)
    for one, other in pairs:
        key = "loss" if "loss" in one else "validation"
        assert one[key] == pytest.approx(other[key], abs=1e-4)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler: g++")
def test_a_compiled_decoder_trains_the_same(folder: Path, data: Path, tmp_path: Path) -> None:
    phase = {"steps": 3, "epochs": 0}
    train(write_recipe(tmp_path / "a.yaml", folder, phase=phase), tmp_path / "plain", data)
    recipe = write_recipe(tmp_path / "b.yaml", folder, phase=phase, compile=True)
    process = start(*command(recipe, tmp_path / "compiled", data))
    _, said = process.communicate()
    assert process.returncode == 0, said
    lines = zip(read_log(tmp_path / "plain"), read_log(tmp_path / "compiled"), strict=True)
    assert all(one["loss"] == pytest.approx(other["loss"], abs=1e-3) for one, other in lines)
    assert mullama.load(tmp_path / "compiled", device="cpu")


# ----------------------------------------------------------------------- recipes

ALL = sorted(RECIPES.glob("*.yaml"))
SHIPPED = [path for path in ALL if not path.name.startswith("evaluate-")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_recipe_is_read(path: Path) -> None:
    assert isinstance(load_recipe(path), Recipe)
