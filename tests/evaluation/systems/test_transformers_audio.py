"""Tiny random Qwen2-Audio, Audio Flamingo 3 and Music Flamingo answer, each item as if it were alone."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from audio_text_models import HEARD, save_audio_text_model
from mullama.errors import CheckpointError, UsageError
from mullama.evaluation.items import Item
from mullama.evaluation.systems.registry import SystemSpec
from mullama.evaluation.systems.system import Request
from mullama.evaluation.systems.transformers_audio import TransformersAudio, TransformersOptions
from mullama.evaluation.systems.transformers_folder import load
from sound_files import tone

KINDS = list(HEARD)
CPU = torch.device("cpu")
ITEM = Item("a", "Which?", ("A reference.",), options=("yes", "no, never", "é"), right=0)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {
        kind: save_audio_text_model(tmp_path_factory.mktemp("m") / kind, kind) for kind in KINDS
    }


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A long one, one shorter than a window at another rate, another long one."""
    folder = tmp_path_factory.mktemp("sounds")
    rates = ((16_000, 5.0), (44_100, 0.6), (16_000, 5.0))
    for number, (rate, seconds) in enumerate(rates):
        soundfile.write(folder / f"{number}.wav", tone(rate, seconds) / (number + 1), rate)
    return sorted(folder.iterdir())


def system(folder: Path, **options: Any) -> TransformersAudio:
    made = TransformersOptions(model=str(folder), device="cpu", max_new_tokens=8, **options)
    return TransformersAudio(made)


def requests(sounds: list[Path]) -> list[Request]:
    return [
        Request(ITEM, "What do you hear in it?", sounds[0]),
        Request(ITEM, "Why?", sounds[1]),
        Request(ITEM, "What do you hear in it?", None),
        Request(ITEM, "What do you hear in it?", sounds[2]),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_answers_as_each_alone(
    kind: str, folders: dict[str, Path], sounds: list[Path]
) -> None:
    asked = system(folders[kind])
    together = asked.answer(requests(sounds))
    alone = [asked.answer([request])[0] for request in requests(sounds)]
    assert [reply.text for reply in together] == [reply.text for reply in alone]
    for one, other in zip(together, alone, strict=True):
        assert not one.failed
        np.testing.assert_allclose(one.logprobs, other.logprobs, rtol=1e-4)
    assert [reply.seconds_heard for reply in together] == [
        HEARD[kind],
        pytest.approx(0.6, abs=1e-3),
        0.0,
        HEARD[kind],
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_sound_is_heard_and_the_references_are_not(
    kind: str, folders: dict[str, Path], sounds: list[Path]
) -> None:
    asked = system(folders[kind])
    loud, _, deaf, quiet = asked.answer(requests(sounds))
    assert len({loud.logprobs, deaf.logprobs, quiet.logprobs}) == 3
    other = replace(ITEM, id="b", references=("Else.",), topic="t", right=1, track="t")
    assert asked.answer([Request(other, "What do you hear in it?", sounds[0])])[0] == loud


@pytest.mark.parametrize("kind", KINDS)
def test_likelihoods_are_those_of_one_whole_pass(
    kind: str, folders: dict[str, Path], sounds: list[Path]
) -> None:
    asked = system(folders[kind], batch_size=2)
    (reply,) = asked.answer([Request(ITEM, "Put in whatever way?", sounds[1])])
    processor, model = asked._loaded.processor, asked._loaded.model
    samples = asked._prompt(Request(ITEM, "", sounds[1])).samples  # type: ignore[union-attr]
    text = asked._loaded.text(ITEM.question, with_audio=True)
    for option, found in zip(ITEM.options, reply.logprobs, strict=True):
        length = len(processor.tokenizer(option)["input_ids"])
        inputs = processor(text=[text + option], audio=[samples], return_tensors="pt")
        with torch.no_grad():
            logprobs = model(**inputs).logits[0].log_softmax(-1)
        ids = inputs["input_ids"][0]
        steps = range(len(ids) - length, len(ids))
        assert found == pytest.approx(sum(float(logprobs[n - 1, ids[n]]) for n in steps), rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_is_the_likeliest_not_what_is_stored(
    kind: str, folders: dict[str, Path], sounds: list[Path]
) -> None:
    """The stored sampling, and its penalty of repetitions, are not followed."""
    assert json.loads((folders[kind] / "generation_config.json").read_text())["do_sample"]
    loaded = system(folders[kind])._loaded
    prompt = system(folders[kind])._prompt(requests(sounds)[1])
    inputs = loaded._inputs([prompt])  # type: ignore[list-item]
    first = int(loaded.model(**inputs).logits[0, -1].argmax())
    assert loaded.model.generate(**inputs, max_new_tokens=1)[0, -1] == first


def test_order_system_prompt_and_length(folders: dict[str, Path], sounds: list[Path]) -> None:
    asked = system(
        folders["audio-flamingo-3"], audio_first=False, system_prompt="Be brief.", seconds=0.5
    )
    prompt = asked._prompt(requests(sounds)[0])
    assert prompt.text == (  # type: ignore[union-attr]
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nWhat do you hear in it?<sound><|im_end|>\n<|im_start|>assistant\n"
    )
    assert prompt.samples.shape == (8000,)  # type: ignore[union-attr]
    assert asked.answer(requests(sounds)[:1])[0].seconds_heard == 0.5


def test_without_likelihoods_and_without_options(
    folders: dict[str, Path], sounds: list[Path]
) -> None:
    asked = system(folders["qwen2-audio"], likelihoods=False)
    assert asked.answer(requests(sounds)[:1])[0].logprobs == ()
    open_item = Request(Item("a", "Which?"), "Which?", sounds[0])
    assert system(folders["qwen2-audio"]).answer([open_item])[0].logprobs == ()


def test_what_cannot_be_heard_fails_alone(
    folders: dict[str, Path], sounds: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    asked = requests(sounds)
    broken = [replace(asked[0], audio=tmp_path / name) for name in ("text.wav", "none.wav")]
    one, two, three = system(folders["qwen2-audio"]).answer([broken[0], asked[1], broken[1]])
    assert "text.wav" in one.failed
    assert "none.wav" in three.failed
    assert two.text


def test_what_the_model_refuses_fails_alone(folders: dict[str, Path], sounds: list[Path]) -> None:
    asked = requests(sounds)
    # A text with a sound's place in it, and no sound for it.
    bad = replace(asked[0], question="What is <|AUDIO|> in it?")
    refused, good = system(folders["qwen2-audio"]).answer([bad, asked[1]])
    assert "audio" in refused.failed
    assert good == system(folders["qwen2-audio"]).answer([asked[1]])[0]


def test_half_precision_and_a_named_class(folders: dict[str, Path], sounds: list[Path]) -> None:
    named = "MusicFlamingoForConditionalGeneration"
    asked = system(folders["music-flamingo"], dtype="bfloat16", model_class=named)
    assert all(not reply.failed for reply in asked.answer(requests(sounds)))
    assert asked._loaded.model.dtype == torch.bfloat16


def changed(folder: Path, target: Path, **values: Any) -> Path:
    """A copy of a model's folder with another configuration."""
    target.mkdir()
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    (target / "config.json").write_text(json.dumps({**config, **values}))
    return target


@pytest.mark.parametrize("name", ["os", "Qwen2AudioForConditionalGeneratio", "a.b", "LlamaModel"])
def test_only_generating_classes_of_transformers_are_made(
    name: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="no class of that name"):
        load(folders["qwen2-audio"], name, None, CPU)
    with pytest.raises(UsageError, match="no class of that name"):
        load(changed(folders["qwen2-audio"], tmp_path / "m", architectures=[name]), None, None, CPU)


def test_code_that_comes_with_a_model_is_not_run(folders: dict[str, Path], tmp_path: Path) -> None:
    own = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}
    folder = changed(folders["qwen2-audio"], tmp_path / "m", auto_map=own, model_type="evil")
    (folder / "evil.py").write_text("raise SystemExit('was run')")
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        load(folder, None, None, CPU)


def test_pickled_weights_are_not_read(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = changed(folders["qwen2-audio"], tmp_path / "m")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        load(folder, None, None, CPU)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no model in it"):
        system(tmp_path).describe()
    with pytest.raises(CheckpointError, match="is not in the cache"):
        system(Path("nobody/nothing"), local_files_only=True).describe()


def test_the_fingerprint_follows_files_and_options(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    def fingerprint(folder: Path, **options: Any) -> str:
        spec = SystemSpec("transformers", options={"model": str(folder), **options})
        return spec.fingerprint(spec.open())

    same = changed(folders["qwen2-audio"], tmp_path / "same")
    (same / "config.json").write_bytes((folders["qwen2-audio"] / "config.json").read_bytes())
    plain = fingerprint(folders["qwen2-audio"])
    assert plain == fingerprint(same, batch_size=3)
    assert plain != fingerprint(same, seconds=3)
    assert plain != fingerprint(folders["audio-flamingo-3"])
