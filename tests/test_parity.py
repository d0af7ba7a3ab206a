"""Equality with the published code, in float32, through conversion and loading.

The numbers were computed once with the published code on tiny random weights (see goldens.py); how
near ours must come is a share of each array's largest magnitude.
"""

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from goldens import (
    FINETUNED,
    GOLDEN,
    LLAMA,
    MERT,
    clip,
    distance,
    facts,
    mean,
    numbers,
    our_names,
    random_adapter,
    random_llama,
    trainable_model,
    write_llama,
    write_pretrained,
    write_released,
    write_settings,
    write_shards,
)
from mullama.adapt.bridge import Bridge
from mullama.adapt.retrieval import Retrieval
from mullama.adapt.retrieval_index import load_vectors
from mullama.answer.decoder import cache_argument
from mullama.answer.decoding import probabilities
from mullama.answer.prompt import fill
from mullama.answer.sampling import Sampling
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.model_folder import load_config
from mullama.checkpoints.store import load_model
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.phases import set_trainable

NEAR = 1e-4
NEAR_GRADIENT = 1e-3


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every layout of the weights, converted."""
    root = tmp_path_factory.mktemp("parity")
    settings = write_settings(root / "settings")
    ways = {
        "finetuned": {"llama": LLAMA, "mert": MERT, "adapter": FINETUNED},
        "shards": {"llama": write_shards(root / "ckpts"), "mert": MERT, "adapter": FINETUNED},
        "pretrained": {"llama": LLAMA, "mert": MERT, "adapter": write_pretrained(root / "p.pth")},
        "released": {
            "llama": settings / "llama",
            "mert": settings / "mert",
            "adapter": write_released(root / "checkpoint.pth"),
        },
    }
    return {name: convert(ConvertOptions(out=root / name, **way)) for name, way in ways.items()}


def loaded(folder: Path) -> MuLlamaForConditionalGeneration:
    """Ready to answer, in float32."""
    return load_model(folder, dtype="float32", device="cpu")[0]


@pytest.fixture(scope="module")
def model(folders: dict[str, Path]) -> MuLlamaForConditionalGeneration:
    return loaded(folders["finetuned"])


def retrieval(name: str | None) -> Retrieval | None:
    if name is None:
        return None
    setting = facts()["knn_settings"][name]
    return Retrieval(load_vectors(GOLDEN), setting["cache_size"], setting["cache_weight"])


def prompt(question: int) -> Tensor:
    return torch.tensor([facts()["prompts"][question]["ids"]])


def last_logits(
    model: MuLlamaForConditionalGeneration, question: int, name: str, knn: str | None = None
) -> Tensor:
    with torch.inference_mode():
        shifts = model.adapt(mean(name), retrieval(knn))
        return model(input_ids=prompt(question), shifts=shifts).logits[0, -1]


# ---------------------------------------------------------------------- listen


@pytest.mark.parametrize("name", ["c3", "c3b", "zeros"])
def test_layer_means(model: MuLlamaForConditionalGeneration, name: str) -> None:
    with torch.inference_mode():
        heard = model.listen(clip(name)[None])
    assert distance(heard[0], numbers("infer")[f"mert_mean_{name}"]) < NEAR


def test_layer_means_of_two_clips_at_once(model: MuLlamaForConditionalGeneration) -> None:
    with torch.inference_mode():
        heard = model.listen(torch.stack([clip("c3"), clip("c3b")]))
    expected = np.stack([numbers("infer")[f"mert_mean_{name}"] for name in ("c3", "c3b")])
    assert distance(heard, expected) < NEAR


# ----------------------------------------------------------------------- adapt


@pytest.mark.parametrize("name", ["c3", "c3b", "c70", "st", "zeros"])
def test_mix_of_layers(model: MuLlamaForConditionalGeneration, name: str) -> None:
    with torch.inference_mode():
        mixed = model.bridge.mix(mean(name).transpose(1, 2)).squeeze(-1)
    assert distance(mixed, numbers("infer")[f"encode_{name}"]) < NEAR


@pytest.mark.parametrize("name", ["c3", "c3b", "c70", "st", "zeros"])
def test_bridge(model: MuLlamaForConditionalGeneration, name: str) -> None:
    with torch.inference_mode():
        carried = model.bridge(mean(name))
    assert distance(carried[:, None], numbers("infer")[f"faudio_noknn_{name}"]) < NEAR


@pytest.mark.parametrize("setting", ["default", "inference", "evaluation", "gradio"])
def test_bridge_with_retrieval(model: MuLlamaForConditionalGeneration, setting: str) -> None:
    blend = retrieval(setting)
    assert blend is not None
    with torch.inference_mode():
        carried = model.bridge.carry(blend(model.bridge.feature(mean("c3"))))
    assert distance(carried[None, None], numbers("infer")[f"faudio_knn_{setting}_c3"]) < NEAR


def hashed(name: str, count: int) -> np.ndarray:
    """The recipe of bridge_real.json: numbers in [-0.5, 0.5) from a name and a position."""
    h = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(
        zlib.crc32(name.encode())
    )
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float32) * np.float32(2**-24) - np.float32(0.5)


def hashed_parameter(key: str, shape: torch.Size) -> Tensor:
    u = hashed(f"A:{key}", shape.numel()).reshape(shape)
    if "norm" in key:
        u = 1 + u * np.float32(0.4)
    else:
        u *= np.sqrt(
            np.float32(12 / (100 if key.endswith("bias") else shape[-1])), dtype=np.float32
        )
    return torch.from_numpy(u)


@pytest.mark.slow
def test_bridge_at_real_dimensions() -> None:
    with torch.device("meta"):
        bridge = Bridge(states=25, features=1024, hidden=4096, width=16384, blocks=3)
    published = {"mix": "agg", "proj": "proj", "norm": "norm", "gate_proj": "f1", "down_proj": "f2"}
    published["up_proj"] = "f3"
    state = {}
    for name, parameter in bridge.state_dict().items():
        *block, part, kind = name.split(".")
        number = f"_{int(block[1]) + 1}" if block else ""
        state[name] = hashed_parameter(f"mu_mert_{published[part]}{number}.{kind}", parameter.shape)
    bridge.load_state_dict(state, assign=True)
    for number in range(2):
        states = hashed(f"A:features{number}", 25 * 2 * 1024).reshape(25, 2, 1024) * np.float32(3)
        heard = torch.from_numpy(states).mean(dim=1)[None]
        expected = numbers("bridge_real")
        with torch.inference_mode():
            feature = bridge.feature(heard)
            assert distance(feature[0], expected[f"proj_in{number}"]) < NEAR
            assert distance(bridge.carry(feature)[0], expected[f"forward_audio{number}"]) < NEAR


# ---------------------------------------------------------------------- answer


@pytest.mark.parametrize(
    ("question", "name", "knn", "key"),
    [
        (0, "c3", None, "q0_c3_noknn"),
        (0, "c3", "inference", "q0_c3_knn_inference"),
        (0, "c3", "evaluation", "q0_c3_knn_evaluation"),
        (1, "c70", None, "q1_c70_noknn"),
        (1, "st", "evaluation", "q1_stX_knn_evaluation"),
        (1, "zeros", None, "q1_zeros_noknn"),
    ],
)
def test_prompt_logits_and_greedy_run(
    model: MuLlamaForConditionalGeneration, question: int, name: str, knn: str | None, key: str
) -> None:
    logits = last_logits(model, question, name, knn)
    assert distance(logits, numbers("infer")[f"logits_prompt_last_{key}"]) < NEAR
    run, ids = facts()["greedy"][key], prompt(question)
    with torch.inference_mode():
        made = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            shifts=model.adapt(mean(name), retrieval(knn)),
            do_sample=False,
            max_new_tokens=len(run["tokens"]),
        )
    assert (
        made[0, ids.shape[1] :].tolist()[: run["safe_steps"]] == run["tokens"][: run["safe_steps"]]
    )


@pytest.mark.parametrize(
    ("question", "name", "knn", "key"),
    [(0, "c3", None, "q0_c3_noknn"), (1, "st", "evaluation", "q1_stX_knn_evaluation")],
)
def test_logits_of_every_step(
    model: MuLlamaForConditionalGeneration, question: int, name: str, knn: str | None, key: str
) -> None:
    tokens = facts()["greedy"][key]["tokens"]
    ids = torch.cat([prompt(question), torch.tensor([tokens[:-1]])], dim=1)
    with torch.inference_mode():
        shifts = model.adapt(mean(name), retrieval(knn))
        steps = model(input_ids=ids, shifts=shifts, logits_to_keep=len(tokens)).logits[0]
    assert distance(steps, numbers("infer")[f"logits_steps_{key}"]) < NEAR


def test_prompt_and_its_tokens(folders: dict[str, Path]) -> None:
    _, tokenizer = load_model(folders["finetuned"], device="cpu")
    name = load_config(folders["finetuned"]).prompt
    for case in facts()["prompts"]:
        assert fill(name, case["question"]) == case["prompt"]
        assert tokenizer(case["prompt"])["input_ids"] == case["ids"]


def test_closed_gates_leave_the_language_model_alone(folders: dict[str, Path]) -> None:
    model = loaded(folders["finetuned"])
    model.shifts.gates.zero_()
    expected = numbers("infer")["logits_prompt_last_q0_gate0"]
    assert distance(last_logits(model, 0, "c3"), expected) < NEAR
    with torch.inference_mode():
        assert distance(model(input_ids=prompt(0)).logits[0, -1], expected) < NEAR


@pytest.mark.parametrize(
    ("folder", "key"), [("pretrained", "PRETRAINCKPT"), ("released", "RELEASEDLIKE")]
)
def test_other_checkpoints(folders: dict[str, Path], folder: str, key: str) -> None:
    logits = last_logits(loaded(folders[folder]), 0, "c3")
    assert distance(logits, numbers("infer")[f"logits_prompt_last_q0_c3_noknn_{key}"]) < NEAR


def test_two_shards_are_one(folders: dict[str, Path]) -> None:
    one = loaded(folders["finetuned"]).state_dict()
    two = loaded(folders["shards"]).state_dict()
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_incremental_is_prefill(model: MuLlamaForConditionalGeneration) -> None:
    ids = prompt(0)[:, :16]
    with torch.inference_mode():
        shifts = model.adapt(mean("c3"))
        whole = model(input_ids=ids, shifts=shifts).logits[0, -1]
        name = cache_argument(model.language_model)
        cache = {name: None}
        for position in range(16):
            out = model(input_ids=ids[:, position : position + 1], shifts=shifts, **cache)
            cache = {name: out[name]}
    for found, key in ((whole, "prefill"), (out.logits[0, -1], "incremental")):
        assert distance(found, numbers("infer")[f"logits_after16_{key}"]) < NEAR


@pytest.mark.parametrize(
    ("temperature", "top_p"),
    [(0.6, 0.8), (0.1, 0.75), (0.25, 1.0), (1.0, 0.5), (1.0, 0.0), (2.0, 0.95)],
)
def test_top_p(temperature: float, top_p: float) -> None:
    logits = torch.from_numpy(numbers("infer")["logits_prompt_last_q0_c3_noknn"])
    kept = probabilities(logits, Sampling(temperature=temperature, top_p=top_p))
    expected = numbers("infer")[f"sample_dist_T{temperature}_p{top_p}"]
    assert ((kept > 0).numpy() == (expected > 0)).all()
    assert distance(kept, expected) < NEAR


# ----------------------------------------------------------------------- train


def turned(gradient: Tensor, name: str, heads: int) -> Tensor:
    """Rows of q and k, back in Meta's order."""
    if not any(part in name for part in ("q_proj.", "k_proj.")) or name.endswith("lora_A"):
        return gradient
    halves = gradient.unflatten(0, (heads, 2, -1))
    return halves.transpose(1, 2).flatten(0, 2)


def items(*numbers_of: int) -> tuple[Tensor, Tensor]:
    chosen = [facts()["dataset"][number] for number in numbers_of]
    ids = torch.tensor([item["input_ids"] for item in chosen])
    labels = torch.tensor([item["labels"] for item in chosen])
    return ids, labels.masked_fill(labels == 0, -100)


@pytest.mark.parametrize(
    ("phase", "folder"), [("pretrain", "pretrained"), ("finetune", "finetuned")]
)
def test_what_trains(folders: dict[str, Path], phase: str, folder: str) -> None:
    model = trainable_model(folders[folder])
    known = facts()[f"train_{phase}"]
    expected = {our_names(name, model) for name in known["trainable"]}
    gates_before = model.config.text_config.num_hidden_layers - model.config.adapted_layers
    trained = set_trainable(model, [phase])
    assert set(trained) == {name for name, _ in expected}
    # The gates of layers that are not adapted are all that we do not have.
    heads = model.config.text_config.num_attention_heads
    without = gates_before * heads if phase == "pretrain" else 0
    ours = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert ours == known["trainable_numel"] - without


@pytest.mark.parametrize(
    ("phase", "folder"), [("pretrain", "pretrained"), ("finetune", "finetuned")]
)
def test_loss_and_gradients(folders: dict[str, Path], phase: str, folder: str) -> None:
    model = trainable_model(folders[folder])
    set_trainable(model, [phase])
    known, arrays = facts()[f"train_{phase}"], numbers("train")
    ids, labels = items(0, 1)
    listening = torch.cat([mean("c3"), mean("c3b")])
    out = model(input_ids=ids, listening=listening, labels=labels)
    assert out.loss.item() == pytest.approx(known["loss_batch2"], rel=NEAR)
    picked = torch.cat([out.logits[0, :3], out.logits[0, -3:]])
    assert distance(picked, arrays[f"{phase}_logits_batch2_item0_first3_last3pos"]) < NEAR
    (out.loss / 2).backward()
    parameters = dict(model.named_parameters())
    heads, compared = model.config.text_config.num_attention_heads, 0
    for published, norms in known["grad_norms_loss_over_2"].items():
        name, row = our_names(published, model)
        if norms is None:  # gates of a layer that is not adapted
            assert row is not None
            assert row < 0
            continue
        found = parameters[name].grad if row is None else parameters[name].grad[row]
        found = turned(found, name, heads)
        measured = [found.norm().item(), found.sum().item(), found.abs().max().item()]
        scale = norms[0] * found.numel() ** 0.5
        assert measured[0] == pytest.approx(norms[0], rel=NEAR_GRADIENT), published
        assert measured[1] == pytest.approx(norms[1], abs=NEAR_GRADIENT * scale), published
        assert measured[2] == pytest.approx(norms[2], rel=NEAR_GRADIENT), published
        if (expected := arrays.get(f"{phase}_grad/{published}")) is not None:
            assert distance(found.reshape(expected.shape), expected) < NEAR_GRADIENT, published
            compared += 1
    assert compared == sum(key.startswith(f"{phase}_grad/") for key in arrays)
    frozen = [name for name, p in parameters.items() if not p.requires_grad and p.grad is not None]
    assert not frozen


@pytest.mark.parametrize(
    ("phase", "folder"), [("pretrain", "pretrained"), ("finetune", "finetuned")]
)
def test_loss_of_an_item_without_music(folders: dict[str, Path], phase: str, folder: str) -> None:
    model = trainable_model(folders[folder])
    ids, labels = items(2)
    with torch.no_grad():
        loss = model(input_ids=ids, listening=mean("zeros"), labels=labels).loss
    assert loss.item() == pytest.approx(
        facts()[f"train_{phase}"]["loss_second_microbatch"], rel=NEAR
    )


# --------------------------------------------------------- other weights of the kind


def plain_logits(
    params: dict[str, float], state: dict[str, Tensor], adapter: dict[str, Tensor], ids: Tensor
) -> Tensor:
    """Meta's LLaMA with biases, LoRA and music, written out in Meta's own layout for one text.

    Rotation of neighbouring rows, an explicit mask, no cache: nothing in common with the model
    under test but the weights.
    """
    heads, kv_heads = int(params["n_heads"]), int(params.get("n_kv_heads") or params["n_heads"])
    state = {k: v.double() for k, v in state.items()}
    extra = {k.removeprefix("llama."): v.double() for k, v in adapter.items()}
    state |= {k: v for k, v in extra.items() if "norm" in k}
    size, width = len(ids), state["norm.weight"].numel()
    dim = width // heads

    def norm(x: Tensor, weight: Tensor) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + params["norm_eps"]) * weight

    def linear(x: Tensor, layer: str, part: str, matrix: str) -> Tensor:
        key = f"layers.{layer}.{part}."
        out = x @ state[f"{key}{matrix}.weight"].T + extra.get(f"{key}{matrix}.bias", 0)
        if (low := extra.get(f"{key}lora_{matrix}_l1.weight")) is not None:
            out = out + x @ low.T @ extra[f"{key}lora_{matrix}_l2.weight"].T
        return out

    rates = params.get("rope_theta", 10_000.0) ** (-torch.arange(0, dim, 2).double() / dim)
    angles = torch.arange(size).double()[:, None] * rates
    turn = torch.polar(torch.ones_like(angles), angles)[:, None]

    def rotate(x: Tensor) -> Tensor:
        pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
        return torch.view_as_real(pairs * turn).flatten(-2)

    queries = extra["prefix_query.weight"]
    layers = int(params["n_layers"])
    x = state["tok_embeddings.weight"][ids]
    for number in range(layers):
        layer = str(number)
        n = norm(x, state[f"layers.{layer}.attention_norm.weight"])
        q, k, v = (linear(n, layer, "attention", w) for w in ("wq", "wk", "wv"))
        q, k, v = (a.unflatten(-1, (-1, dim)) for a in (q, k, v))
        q, k = rotate(q), rotate(k)
        k, v = (a.repeat_interleave(heads // kv_heads, dim=1) for a in (k, v))
        scores = torch.einsum("ihd,jhd->hij", q, k) / dim**0.5
        scores = scores.masked_fill(torch.ones(size, size).triu(1).bool(), float("-inf"))
        seen = torch.einsum("hij,jhd->ihd", scores.softmax(-1), v)
        if (row := number - (layers - len(queries))) >= 0:
            token = extra["music"] + queries[row]
            base_v = (token @ state[f"layers.{layer}.attention.wv.weight"].T).unflatten(
                -1, (-1, dim)
            )
            gate = extra[f"layers.{layer}.attention.gate"].flatten().tanh()
            seen = seen + gate[:, None] * base_v.repeat_interleave(heads // kv_heads, dim=0)
        x = x + linear(seen.flatten(1), layer, "attention", "wo")
        n = norm(x, state[f"layers.{layer}.ffn_norm.weight"])
        gated = nn.functional.silu(linear(n, layer, "feed_forward", "w1"))
        x = x + linear(gated * linear(n, layer, "feed_forward", "w3"), layer, "feed_forward", "w2")
    return norm(x[-1], state["norm.weight"]) @ state["output.weight"].T


@pytest.mark.parametrize(
    ("heads", "kv_heads", "eps", "queries", "rank", "dtype", "theta"),
    [
        (4, 4, 1e-5, 4, 16, torch.bfloat16, 10_000.0),
        (4, 2, 1e-6, 2, 3, torch.float16, 10_000.0),
        (8, 1, 1e-5, 1, 0, torch.float32, 500_000.0),
    ],
)
def test_any_weights_of_the_kind(
    tmp_path: Path,
    heads: int,
    kv_heads: int,
    eps: float,
    queries: int,
    rank: int,
    dtype: torch.dtype,
    theta: float,
) -> None:
    params = {"dim": 64, "n_layers": 4, "n_heads": heads, "n_kv_heads": kv_heads, "norm_eps": eps}
    params |= {"vocab_size": -1, "rope_theta": theta}
    state = random_llama(params, dtype)
    adapter = random_adapter(params, queries, rank)
    folder = write_llama(tmp_path / "llama", params, state)
    torch.save({"model": adapter}, tmp_path / "adapter.pth")
    out = convert(
        ConvertOptions(
            llama=folder, mert=MERT, adapter=tmp_path / "adapter.pth", out=tmp_path / "out"
        )
    )
    model = loaded(out)
    assert (model.config.adapted_layers, load_config(out).lora_rank) == (queries, rank)
    ids = torch.randint(3, 512, (17,), generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        shifts = model.adapt(mean("c3"))
        found = model(input_ids=ids[None], shifts=shifts).logits[0, -1]
        music = {"music": model.bridge(mean("c3"))[0]}
    expected = plain_logits(params, state, {**adapter, **music}, ids)
    silent = plain_logits(params, state, {**adapter, "music": torch.zeros(64)}, ids)
    assert distance(found, expected.float().numpy()) < NEAR
    assert (silent - expected).abs().max() > 100 * NEAR * expected.abs().max()
