"""LLaMA-Adapter's files with ImageBind: names, what stays on the disk, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from goldens import FINETUNED, MERT
from imagebind_goldens import (
    ADAPTER,
    FOLDER,
    HEADS,
    IMAGEBIND,
    LLAMA,
    adapter,
    facts,
    imagebind,
    options,
    real,
)
from mullama.checkpoints.convert.adapter import read_adapter
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.imagebind import read_imagebind
from mullama.checkpoints.convert.tensor_names import bridge_name, gate_layer, language_model_name
from mullama.checkpoints.skeleton import needed_shapes
from mullama.checkpoints.tensor_file import TensorFile
from mullama.cli import main
from mullama.config import ImageBindConfig, MuLlamaConfig
from mullama.errors import CheckpointError, UsageError
from mullama.listen.encoders.imagebind import ImageBindEncoder
from mullama.model import MuLlamaForConditionalGeneration
from mutations import mutated_bytes, outcome

LLAMA_7B = {
    "model_type": "llama",
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
    "vocab_size": 32000,
    "attention_bias": True,
    "mlp_bias": True,
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(options(tmp_path_factory.mktemp("c") / "out"))


def saved(path: Path, state: dict[str, Tensor]) -> Path:
    torch.save({"model": state}, path)
    return path


# --------------------------------------------------------------------- what is read


def test_the_published_names_and_shapes_are_ours() -> None:
    """Every audio tensor of imagebind_huge.pth has its place in an encoder of the default sizes."""
    published = {name: tuple(shape) for name, shape in real()["imagebind_huge"]["audio"].items()}
    empty = {name: torch.empty(shape, device="meta") for name, shape in published.items()}
    found = read_imagebind(None, TensorFileOf(empty).plan())
    assert found.config.to_dict() == ImageBindConfig().to_dict()
    with torch.device("meta"):
        state = ImageBindEncoder(ImageBindConfig()).state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    assert {name: tensor.shape for name, tensor in found.state.items()} == shapes
    assert len(shapes) == 177


class TensorFileOf(TensorFile):
    """Tensors without memory in place of a file's."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        super().__init__(Path("imagebind_huge.pth"))
        self._mapped = tensors


def test_the_published_adapter_fills_a_model_of_7b() -> None:
    """All of 7B.pth's 720 tensors have a place, and with LLaMA and ImageBind nothing is missing."""
    config = MuLlamaConfig(
        audio_config=ImageBindConfig(),
        text_config=LLAMA_7B,
        listening="last",
        adapted_layers=32,
        lora_rank=16,
    )
    with torch.device("meta"):
        shapes = needed_shapes(MuLlamaForConditionalGeneration(config))
    keys = real()["adapter_7B"]["keys"]
    placed, gates = set(), set()
    for key, shape in keys.items():
        inner = key.removeprefix("llama.")
        if (layer := gate_layer(inner)) is not None:
            gates.add(layer)
            assert shape == [1, shapes["shifts.gates"][1], 1, 1]
            continue
        ours = (
            "shifts.queries" if key == "prefix_query.weight"
            else f"bridge.{bridge_name(key)}" if bridge_name(key)
            else f"language_model.{language_model_name(inner)}"
        )  # fmt: skip
        assert shapes[ours] == tuple(shape), key
        placed.add(ours)
    assert (len(keys), gates) == (720, set(range(32)))
    rest = {name for name in shapes if name not in placed and not name.startswith("encoder.")}
    of_base = (".q_proj", ".k_proj", ".v_proj", ".o_proj", "_proj", "embed_tokens", "lm_head")
    left = {name for name in rest if not name.removesuffix(".weight").endswith(of_base)}
    untrained = {n for n in left if n.endswith(("k_proj.bias", "v_proj.bias"))}
    assert left - untrained == {"shifts.gates", "bridge.mix.weight", "bridge.mix.bias"}


def test_other_modalities_stay_on_the_disk() -> None:
    found = read_imagebind(IMAGEBIND, {}, HEADS)
    audio = [key for key in imagebind() if ".audio." in key]
    assert len(found.state) == len(audio) < len(imagebind())
    sizes = found.config
    assert (sizes.hidden_size, sizes.trunk_width, sizes.trunk_layers) == (32, 48, 3)
    assert (sizes.trunk_intermediate, sizes.trunk_heads, sizes.num_hidden_layers) == (192, 4, 0)


def test_with_a_point_cloud_encoder_beside(out: Path, tmp_path: Path) -> None:
    """imagebind_w3D.pth, in either format."""
    more = {"point_trunk.blocks.0.attn.qkv.weight": torch.ones(3)}
    more |= {
        f"modality_{part}.point.0.weight": torch.ones(2) for part in ("heads", "postprocessors")
    }
    torch.save({**imagebind(), **more}, tmp_path / "imagebind_w3D.pth")
    save_file({**imagebind(), **more}, tmp_path / "imagebind.safetensors")
    for name in ("imagebind_w3D.pth", "imagebind.safetensors"):
        made = convert(options(tmp_path / "made", imagebind=tmp_path / name, overwrite=True))
        assert same(made, out)


def same(one: Path, other: Path) -> bool:
    first, second = (load_file(folder / "model.safetensors") for folder in (one, other))
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) and first[name].dtype == second[name].dtype
        for name in first
    )


def raw(**changes: Any) -> dict[str, Any]:
    """A training file: ImageBind of all modalities, LLaMA, optimiser state."""
    base = torch.load(LLAMA / "7B" / "consolidated.00.pth", weights_only=True)
    state = {f"llama.{key}": tensor for key, tensor in base.items()}
    state |= {f"image_bind.{key}": tensor for key, tensor in imagebind().items()}
    return {"model": {**state, **adapter()}, "optimizer": {"state": {}}, "epoch": 1, **changes}


@pytest.mark.parametrize("spelling", ["llama.", "llma."])
def test_a_training_file_holds_everything(out: Path, tmp_path: Path, spelling: str) -> None:
    stored = raw()
    stored["model"] = {k.replace("llama.", spelling): v for k, v in stored["model"].items()}
    torch.save(stored, tmp_path / "checkpoint-0.pth")
    llama = tmp_path / "llama"
    llama.mkdir()
    (llama / "params.json").write_bytes((LLAMA / "7B" / "params.json").read_bytes())
    (llama / "tokenizer.model").write_bytes((LLAMA / "tokenizer.model").read_bytes())
    whole = options(
        tmp_path / "made", llama=llama, adapter=tmp_path / "checkpoint-0.pth", imagebind=None
    )
    assert same(convert(whole), out)


def test_nothing_is_lost(out: Path) -> None:
    """Every number is found again, in its own type; gates are of all layers, in float32."""
    state = load_file(out / "model.safetensors")
    for ours, key in (
        ("encoder.stem.class_token", "modality_preprocessors.audio.cls_token"),
        ("encoder.blocks.1.attention.bias_k", "modality_trunks.audio.blocks.1.attn.bias_k"),
        ("encoder.blocks.2.down_proj.weight", "modality_trunks.audio.blocks.2.mlp.fc2.weight"),
        ("encoder.head.weight", "modality_heads.audio.2.weight"),
        ("encoder.log_scale", "modality_postprocessors.audio.1.log_logit_scale"),
    ):
        assert torch.equal(state[ours], imagebind()[key])
    layer = "language_model.model.layers.3"
    for ours, key in (
        ("bridge.proj.bias", "image_bind_proj.bias"),
        ("bridge.blocks.2.down_proj.weight", "image_bind_f2_3.weight"),
        ("bridge.blocks.0.norm.weight", "image_bind_norm_1.weight"),
        ("shifts.queries", "prefix_query.weight"),
        (f"{layer}.mlp.up_proj.lora_B", "llama.layers.3.feed_forward.lora_w3_l2.weight"),
        (f"{layer}.self_attn.o_proj.bias", "llama.layers.3.attention.wo.bias"),
        ("language_model.model.norm.weight", "llama.norm.weight"),
    ):
        assert torch.equal(state[ours], adapter()[key])
    gates = [adapter()[f"llama.layers.{n}.attention.gate"].float().flatten() for n in range(4)]
    assert torch.equal(state["shifts.gates"], torch.stack(gates))
    assert state["bridge.mix.weight"].item() == 1
    assert not state["bridge.mix.bias"].any()


def test_what_is_said_about_it(out: Path) -> None:
    config = json.loads((out / "config.json").read_text())
    assert (config["prompt"], config["listening"], config["adapted_layers"]) == (
        "alpaca",
        "last",
        4,
    )
    assert config["text_config"]["max_position_embeddings"] == facts()["max_seq_len"] == 512
    assert set(config["provenance"]["imagebind"]) == {"imagebind_like.pth"}
    sampling = json.loads((out / "generation_config.json").read_text())
    assert (sampling["do_sample"], sampling["temperature"], sampling["top_p"]) == (True, 0.1, 0.75)
    assert (sampling["max_new_tokens"], sampling["top_k"]) == (256, 0)


def test_a_fresh_adapter_hears_with_it_too(tmp_path: Path) -> None:
    made = convert(options(tmp_path / "made", adapter=None, adapted_layers=2))
    state = load_file(made / "model.safetensors")
    assert state["bridge.mix.weight"].item() == 1
    assert state["shifts.queries"].shape == (2, 64)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--llama", LLAMA, "--adapter", ADAPTER, "--imagebind", IMAGEBIND]
    words += ["--imagebind-heads", HEADS, "--out", tmp_path / "out"]
    assert main(["convert", *map(str, words)]) == 0
    assert "ready for `mullama ask" in capsys.readouterr().out
    assert main(["info", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "imagebind" in told
    assert "alpaca" in told


# ------------------------------------------------------------------ what is refused


def refused(tmp_path: Path, pattern: str, **changes: Any) -> None:
    with pytest.raises((CheckpointError, UsageError), match=pattern) as caught:
        convert(options(tmp_path / "out", **changes))
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("*out*"))


def test_the_beta_file_is_refused_by_name(tmp_path: Path) -> None:
    beta = saved(tmp_path / "7B-beta.pth", {**adapter(), "image_bind_norm_1.bias": torch.ones(64)})
    refused(tmp_path, r"LLaMA-Adapter's 7B-beta\.pth, .* take 7B\.pth", adapter=beta)


def test_the_encoder_has_to_be_the_adapters(tmp_path: Path) -> None:
    wanted = r"is an adapter of LLaMA-Adapter, like 7B\.pth: give --imagebind imagebind_huge\.pth"
    refused(tmp_path, f"{wanted}$", imagebind=None)
    refused(tmp_path, f"{wanted}, not {MERT}$", imagebind=None, mert=MERT)
    mert = r"is an adapter of MU-LLaMA, like checkpoint\.pth: give --mert MERT-v1-330M"
    refused(tmp_path, f"{mert}, not {IMAGEBIND}$", adapter=FINETUNED)
    refused(tmp_path, f"{mert}$", adapter=FINETUNED, imagebind=None)
    refused(tmp_path, "a model has one encoder", mert=MERT)
    refused(
        tmp_path,
        "needs an encoder: give --mert DIR, --imagebind FILE or",
        imagebind=None,
        adapter=None,
    )


def test_another_imagebind_is_refused(tmp_path: Path) -> None:
    state = imagebind()
    state["modality_heads.audio.2.weight"] = torch.ones(24, 48)
    torch.save(state, tmp_path / "other.pth")
    pattern = (
        r"image_bind_proj\.weight .* gives 32 numbers, but that of .*other\.pth gives 24: give"
    )
    refused(tmp_path, pattern, imagebind=tmp_path / "other.pth")


@pytest.mark.parametrize("heads", [None, 5])
def test_heads_of_another_width_have_to_be_given(tmp_path: Path, heads: int | None) -> None:
    pattern = f"trunk of width 48 is not of {heads or 12} heads: .*--imagebind-heads"
    refused(tmp_path, pattern, imagebind_heads=heads)


@pytest.mark.parametrize(
    ("changes", "pattern"),
    [
        ({"modality_heads.audio.2.weight": None}, r"holds no matrix for head\.weight"),
        ({"modality_trunks.audio.blocks.0.mlp.fc1.weight": torch.ones(3)}, "holds no matrix for"),
        ({"modality_heads.audio.0.bias": None}, r"no file brings encoder\.norm\.bias"),
        (
            {"modality_trunks.audio.blocks.2.attn.bias_v": None},
            r"no file brings encoder\.blocks\.2",
        ),
        (
            {"modality_preprocessors.audio.pos_embedding_helper.pos_embed": torch.ones(1, 230, 48)},
            r"pos_embed of .* has shape \(1, 230, 48\), but \(1, 229, 48\) is needed",
        ),
        ({"modality_trunks.audio.pre.weight": torch.ones(2)}, "belongs to no part of ImageBind"),
    ],
)
def test_a_file_that_is_not_whole(
    tmp_path: Path, changes: dict[str, Tensor | None], pattern: str
) -> None:
    state = {
        key: tensor for key, tensor in {**imagebind(), **changes}.items() if tensor is not None
    }
    torch.save(state, tmp_path / "i.pth")
    refused(tmp_path, pattern, imagebind=tmp_path / "i.pth")


def test_what_is_no_imagebind(tmp_path: Path) -> None:
    (tmp_path / "i.pth").write_bytes(IMAGEBIND.read_bytes()[:100_000])
    refused(tmp_path, "truncated or not a file of weights", imagebind=tmp_path / "i.pth")
    refused(tmp_path, "does not exist", imagebind=tmp_path / "none.pth")
    refused(tmp_path, "is a folder, not a file of weights", imagebind=FOLDER)
    refused(tmp_path, r"7B_like\.pth holds no modality_trunks\.audio", imagebind=ADAPTER)


@pytest.mark.parametrize(
    ("changes", "pattern"),
    [
        ({"image_bind_f3_2.weight": None}, r"lacks image_bind_f3_2\.weight: .* LLaMA-Adapter"),
        ({"image_bind_proj.bias": None}, r"lacks image_bind_proj\.bias"),
        ({"prefix_query.weight": None}, r"lacks prefix_query\.weight"),
        ({"llama.layers.0.attention.gate": None}, r"lacks llama\.layers\.0\.attention\.gate"),
        ({"mu_mert_agg.weight": torch.ones(1, 5, 1)}, "belongs to no part of LLaMA-Adapter"),
        ({"image_bind_f1_1.weight": torch.ones(3, 64)}, r"image_bind_f2_1\.weight .* has shape"),
    ],
)
def test_an_adapter_that_is_not_whole(
    tmp_path: Path, changes: dict[str, Tensor | None], pattern: str
) -> None:
    state = {key: tensor for key, tensor in {**adapter(), **changes}.items() if tensor is not None}
    refused(tmp_path, pattern, adapter=saved(tmp_path / "a.pth", state))


@pytest.mark.parametrize(("part", "source"), [("imagebind", IMAGEBIND), ("adapter", ADAPTER)])
def test_damaged_bytes_are_read_or_refused(tmp_path: Path, part: str, source: Path) -> None:
    changed = options(tmp_path / "out", overwrite=True, **{part: tmp_path / "damaged.pth"})
    for _, damaged in mutated_bytes(source.read_bytes(), 16):
        (tmp_path / "damaged.pth").write_bytes(damaged)
        assert outcome(lambda: convert(changed)) in ("read", "refused")


def test_parts_of_the_file() -> None:
    found = read_adapter(ADAPTER)
    assert (found.layers, found.hidden, found.listening) == (4, 64, (1, 32))
    assert (found.blocks, found.width, found.lora_rank) == (3, 256, 16)
    assert found.trained_biases
    assert not found.encoder
