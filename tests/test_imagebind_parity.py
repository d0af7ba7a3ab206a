"""Equality with LLaMA-Adapter's ImageBind model, through conversion, loading, listening and asking.

In float32; how near ours must come is a share of each array's largest magnitude.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor

import mullama
from goldens import distance, share_of_largest
from imagebind_goldens import FOLDER, LONG, RATE, SHORT, SOUNDS, STEREO, arrays, facts, options
from mullama.adapt.retrieval import Retrieval
from mullama.adapt.retrieval_index import load_vectors
from mullama.answer.decoding import probabilities
from mullama.answer.prompt import TEMPLATES, fill
from mullama.answer.sampling import Sampling
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.store import load_model
from mullama.cli import main
from mullama.engine import Engine, Question
from mullama.errors import UsageError
from mullama.listen.cache import open_cache
from mullama.listen.precompute import precompute
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor
from mullama.song import MuLlama

NEAR = 1e-5
NEAR_FROM_FILE = 1e-4
FILES = [FOLDER / "audio" / f"{name}.flac" for name in SOUNDS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(options(tmp_path_factory.mktemp("parity") / "llama-adapter"))


@pytest.fixture(scope="module")
def model(folder: Path) -> MuLlamaForConditionalGeneration:
    return load_model(folder, dtype="float32", device="cpu")[0]


@pytest.fixture(scope="module")
def mu(folder: Path) -> MuLlama:
    return mullama.load(folder, dtype="float32", device="cpu")


def retrieval(setting: str) -> Retrieval | None:
    if facts()["knn_settings"][setting] is None:
        return None
    k, temperature, weight = facts()["knn_settings"][setting]
    return Retrieval(load_vectors(FOLDER), k, weight, temperature)


def embedding(name: str) -> Tensor:
    """The reference's Listening of a sound: (1, states, features)."""
    return torch.from_numpy(arrays()[f"embedding_{name}"])[None, None]


def prompt(question: int) -> Tensor:
    return torch.tensor([facts()["prompts"][question]["ids"]])


def shifts(model: MuLlamaForConditionalGeneration, name: str, setting: str) -> Tensor:
    with torch.inference_mode():
        return model.adapt(embedding(name), retrieval(setting))


def last_logits(
    model: MuLlamaForConditionalGeneration, question: int, name: str, setting: str
) -> Tensor:
    with torch.inference_mode():
        heard = shifts(model, name, setting)
        return model(input_ids=prompt(question), shifts=heard).logits[0, -1]


# ----------------------------------------------------------------------- adapt


@pytest.mark.parametrize("setting", facts()["knn_settings"])
@pytest.mark.parametrize("name", SOUNDS)
@torch.inference_mode()
def test_bridge(model: MuLlamaForConditionalGeneration, name: str, setting: str) -> None:
    feature = model.bridge.feature(embedding(name))
    assert distance(feature[0], arrays()[f"feature_{name}"]) < NEAR
    blend = retrieval(setting)
    carried = model.bridge.carry(feature if blend is None else blend(feature))
    expected = arrays()[f"bridge_{setting}_{name}"]
    assert distance(carried.view(expected.shape), expected) < NEAR


@torch.inference_mode()
def test_first_step_of_the_bridge(model: MuLlamaForConditionalGeneration) -> None:
    projected = model.bridge.proj(model.bridge.feature(embedding(STEREO)))
    assert distance(projected[None], arrays()[f"bridge_proj_{STEREO}"]) < NEAR
    # An input's weight cancels out, but for a millionth.
    carried = model.bridge(embedding(STEREO))
    assert distance(carried[None], arrays()[f"bridge_noknn_{STEREO}_weight0.5"]) < NEAR


# ---------------------------------------------------------------------- answer


LOGITS = [key for key in arrays() if key.startswith("logits_prompt_last") and "gate0" not in key]


@pytest.mark.parametrize("key", LOGITS)
def test_prompt_logits(model: MuLlamaForConditionalGeneration, key: str) -> None:
    question, rest = key.removeprefix("logits_prompt_last_q").split("_", 1)
    name = next(name for name in SOUNDS if rest.startswith(name))
    setting = rest.removeprefix(f"{name}_")
    assert distance(last_logits(model, int(question), name, setting), arrays()[key]) < NEAR


@pytest.mark.parametrize("setting", ["noknn", "knn_default"])
@torch.inference_mode()
def test_logits_of_every_step(model: MuLlamaForConditionalGeneration, setting: str) -> None:
    known = facts()["greedy"][f"q0_{STEREO}_{setting}"]["tokens"]
    ids = torch.cat([prompt(0), torch.tensor([known])], dim=1)
    logits = model(input_ids=ids, shifts=shifts(model, STEREO, setting)).logits[0]
    steps = logits[prompt(0).shape[1] - 1 : -1]
    assert distance(steps, arrays()[f"logits_steps_q0_{STEREO}_{setting}"]) < NEAR


@torch.inference_mode()
def test_every_layer(model: MuLlamaForConditionalGeneration) -> None:
    """The music enters all of them."""
    assert model.config.adapted_layers == model.config.text_config.num_hidden_layers == 4
    caught: list[Tensor] = []
    hooks = [
        layer.register_forward_hook(lambda _layer, _given, out: caught.append(out))
        for layer in model.language_model.model.layers
    ]
    model(input_ids=prompt(0), shifts=shifts(model, STEREO, "noknn"))
    for hook in hooks:
        hook.remove()
    ends = torch.stack([torch.cat([out[0, :4], out[0, -4:]]) for out in caught])
    assert distance(ends, arrays()[f"prefill_layers_first4_last4_q0_{STEREO}"]) < NEAR


def test_closed_gates_leave_the_language_model_alone(folder: Path) -> None:
    closed = load_model(folder, dtype="float32", device="cpu")[0]
    closed.shifts.gates.zero_()
    found = last_logits(closed, 0, STEREO, "noknn")
    assert distance(found, arrays()["logits_prompt_last_q0_gate0"]) < NEAR


@pytest.mark.parametrize(("temperature", "top_p"), [(0.1, 0.75), (1.0, 0.75), (1.0, 1.0)])
def test_what_is_drawn_from(temperature: float, top_p: float) -> None:
    logits = torch.from_numpy(arrays()[f"logits_prompt_last_q0_{STEREO}_noknn"])
    kept = probabilities(logits, Sampling(temperature=temperature, top_p=top_p))
    expected = arrays()[f"sample_dist_T{temperature}_p{top_p}"]
    assert ((kept > 0).numpy() == (expected > 0)).all()
    assert distance(kept, expected) < NEAR


@pytest.mark.parametrize("mistake", ["prompt", "retrieval", "lora"])
def test_common_mistakes_are_caught(
    folder: Path, model: MuLlamaForConditionalGeneration, mu: MuLlama, mistake: str
) -> None:
    expected = arrays()[f"logits_prompt_last_q0_{STEREO}_noknn"]
    if mistake == "prompt":
        text = TEMPLATES["published"].replace("{question}", facts()["prompts"][0]["question"])
        ids = torch.tensor([mu.tokenizer(text)["input_ids"]])
        with torch.inference_mode():
            heard = shifts(model, STEREO, "noknn")
            found = model(input_ids=ids, shifts=heard).logits[0, -1]
    elif mistake == "retrieval":
        found = last_logits(model, 0, STEREO, "knn_default")
    else:  # the value projections of the adapted layers with LoRA
        changed = load_model(folder, dtype="float32", device="cpu")[0]
        layers = changed.language_model.model.layers
        values = torch.stack([layer.self_attn.v_proj.weight for layer in layers])
        changed.shifts.values = torch.nn.Parameter(values, requires_grad=False)
        found = last_logits(changed, 0, STEREO, "noknn")
    assert share_of_largest(found, expected) > 0.1


# ------------------------------------------------------------------ the ordinary way


@pytest.mark.parametrize("run", facts()["greedy"])
def test_asked_as_published(folder: Path, run: str) -> None:
    """From the file to the text, as the published demo goes."""
    known = facts()["greedy"][run]
    question, rest = run.removeprefix("q").split("_", 1)
    name = next(name for name in SOUNDS if rest.startswith(name))
    setting = facts()["knn_settings"][rest.removeprefix(f"{name}_")]
    leaning: dict[str, Any] = {}
    if setting:
        parts = ("retrieval_k", "retrieval_temperature", "retrieval_weight")
        leaning = {"retrieval": FOLDER, **dict(zip(parts, setting, strict=True))}
    mu = mullama.load(folder, dtype="float32", device="cpu", **leaning)
    song = mu.listen(FOLDER / "audio" / f"{name}.flac", as_published=True)
    assert distance(song.listening[0], arrays()[f"embedding_{name}"]) < NEAR_FROM_FILE
    text = facts()["prompts"][int(question)]["question"]
    answer = song.ask(text, temperature=0, max_new_tokens=len(known["tokens"]))
    steps = known["safe_steps"]
    assert answer.token_ids[:steps] == known["tokens"][:steps]
    if steps == len(known["tokens"]):
        assert answer.text == known["text"].strip()


def test_the_prompt_and_its_tokens(mu: MuLlama) -> None:
    assert mu.prompt_name == "alpaca"
    for case in facts()["prompts"]:
        filled = fill(mu.prompt_name, case["question"])
        assert filled == case["prompt"]
        assert mu.tokenizer(filled)["input_ids"] == case["ids"]


def test_defaults_are_the_published_ones(mu: MuLlama) -> None:
    defaults = mu.sampling()
    assert (defaults.temperature, defaults.top_p, defaults.max_new_tokens) == (0.1, 0.75, 256)
    assert mu.retrieval is None


def test_prompt_and_answer_share_512_positions(mu: MuLlama) -> None:
    song = mu.listen(FILES[0])

    def asked(tokens: int) -> str:
        for words in range(tokens):
            question = "the " * words
            size = len(mu.tokenizer(fill(mu.prompt_name, question))["input_ids"])
            if size >= tokens:
                assert size == tokens
                return question
        raise AssertionError

    answer = song.ask(asked(500), temperature=0)
    assert (len(answer.token_ids), answer.finish_reason) == (12, "length")
    with pytest.raises(UsageError, match="longer than the language model can read"):
        song.ask(asked(512))


def test_the_command_as_published(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = facts()["greedy"][f"q0_{STEREO}_noknn"]
    words = ["ask", FILES[1], "-q", facts()["prompts"][0]["question"], "--model", folder]
    words += ["--as-published", "--temperature", "0", "--max-new-tokens", "24", "--json"]
    assert main([*map(str, words), "--dtype", "float32", "--device", "cpu"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["token_ids"] == known["tokens"]
    assert row["seconds_heard"] == pytest.approx(80_037 / RATE)


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_listened_to_beforehand(
    folder: Path, mu: MuLlama, tmp_path: Path, workers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`mullama listen`, then what is cached; each way of resampling by itself."""
    audio = [str(path) for path in FILES]
    words = ["listen", *audio, "--model", str(folder), "--store", str(tmp_path / "store")]
    assert main([*words, "--workers", workers, "--as-published"]) == 0
    assert capsys.readouterr().out.startswith("3 encoded, 0 cached before, 0 failed")
    cache = open_cache(tmp_path / "store", mu.model.encoder, as_published=True)
    report = precompute(FILES, cache)
    assert (report.new, len(report.digests)) == (0, 3)
    for name, path in zip(SOUNDS, FILES, strict=True):
        cached = cache.get(report.digests[path])
        assert cached is not None
        assert cached.shape == (1, 32)
        expected = arrays()[f"embedding_{name}"]
        assert np.abs(cached[0] - expected).max() < 1e-3 * np.abs(expected).max()  # half precision
    assert cache.silence().shape == (1, 32)
    other = open_cache(tmp_path / "store", mu.model.encoder, as_published=False)
    assert other.folder != cache.folder


def test_an_engine_answers_in_batches_as_alone(mu: MuLlama) -> None:
    questions = [Question(str(path), "Describe the music") for path in FILES]
    batched = [a.token_ids for a in Engine(mu).answer(questions, temperature=0, max_new_tokens=8)]
    alone = [mu.listen(p).ask("Describe the music", temperature=0, max_new_tokens=8) for p in FILES]
    assert batched == [answer.token_ids for answer in alone]
    assert [answer.seconds_heard for answer in alone] == pytest.approx([1.3, 5.002, 6.0], abs=1e-3)


def test_the_way_of_transformers(folder: Path) -> None:
    model = MuLlamaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    processor = MuLlamaProcessor.from_pretrained(folder)
    waves = [soundfile.read(path, dtype="float32")[0] for path in (FILES[0], FILES[2])]
    batch = processor(["Describe the music"] * 2, waves, sampling_rate=RATE)
    with torch.inference_mode():
        heard = model.listen(batch["input_values"], batch["input_lengths"])
    for row, name in zip(heard, (SHORT, LONG), strict=True):
        assert distance(row[0], arrays()[f"embedding_{name}"]) < NEAR_FROM_FILE
    out = model.generate(**batch, do_sample=False, max_new_tokens=4)
    assert out.shape[0] == 2
