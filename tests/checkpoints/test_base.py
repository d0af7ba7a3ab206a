"""An adapter's folder without its language model: what is in it, and what it answers beside which base."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from goldens import FINETUNED, LLAMA, MERT, base, write_pretrained, write_released
from mullama.checkpoints.base import BASE, read_base_record, with_base
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.describe import describe
from mullama.checkpoints.export.export import export
from mullama.checkpoints.export.export_options import ExportOptions
from mullama.checkpoints.export.language_digest import language_digest
from mullama.checkpoints.model_folder import read_model_folder
from mullama.checkpoints.store import load_model, open_carrier, open_encoder
from mullama.cli import main
from mullama.errors import CheckpointError, UsageError
from mullama.open_model import load
from tiny import RATE, clip


def converted(out: Path, adapter: Path | None = FINETUNED, llama: Path = LLAMA) -> Path:
    return convert(
        ConvertOptions(llama=llama, mert=MERT, adapter=adapter, out=out, adapter_only=True)
    )


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return converted(tmp_path_factory.mktemp("apart") / "out")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    return convert(ConvertOptions(llama=LLAMA, mert=MERT, adapter=FINETUNED, out=out))


def test_no_weight_of_the_base_is_inside(apart: Path, whole: Path) -> None:
    stored, everything = (load_file(f / "model.safetensors") for f in (apart, whole))
    inside = {n.partition("language_model.")[2] for n in stored if n.startswith("language_model.")}
    trained = ("lora_A", "lora_B", ".bias", "layernorm.weight", "norm.weight")
    assert inside
    assert all(name.endswith(trained) for name in inside), sorted(inside)
    assert all(torch.equal(tensor, everything[name]) for name, tensor in stored.items())
    record = read_base_record(apart)
    assert record is not None
    missing = {f"language_model.{name}" for name in record.tensors} & (
        everything.keys() - stored.keys()
    )
    assert everything.keys() - stored.keys() == missing
    assert len(record.tensors) == len(base()) - ("rope.freqs" in base())
    assert str(LLAMA.parent) not in (apart / BASE).read_text()


def test_it_answers_as_the_whole_model_does(apart: Path, whole: Path) -> None:
    one, other = load(apart, base=LLAMA, device="cpu"), load(whole, device="cpu")
    state, expected = one.model.state_dict(), other.model.state_dict()
    assert state.keys() == expected.keys()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in state.items())
    for question in ("Key?", "What plays?"):
        found, ours = (
            mu.listen(clip(3), sample_rate=RATE).ask(question, max_new_tokens=12, temperature=0.0)
            for mu in (one, other)
        )
        assert (found.token_ids, found.token_logprobs) == (ours.token_ids, ours.token_logprobs)


def test_its_language_model_is_known_to_be_the_same(apart: Path, whole: Path) -> None:
    """By an export's name, for which nothing of the base is read."""
    together = with_base(read_model_folder(apart), LLAMA)
    assert language_digest(together) == language_digest(read_model_folder(whole))
    assert language_digest(together) != language_digest(read_model_folder(apart))


def test_another_layout_of_the_same_base_will_do(apart: Path, tmp_path: Path) -> None:
    """Meta's file in one piece, and in transformers' names."""
    whole = load_model(apart, base=LLAMA, device="cpu")[0].config.text_config
    state = {
        name.removeprefix("language_model."): tensor
        for name, tensor in load_file(converted_whole(tmp_path) / "model.safetensors").items()
        if name.startswith("language_model.") and not name.endswith(".bias")
    }
    other = tmp_path / "theirs"
    other.mkdir()
    save_file(state, other / "model.safetensors")
    settings = whole.to_dict() | {"attention_bias": False, "mlp_bias": False}
    (other / "config.json").write_text(json.dumps(settings, default=str))
    shutil.copy(LLAMA / "tokenizer.model", other)
    load_model(apart, base=other, device="cpu")


def converted_whole(here: Path) -> Path:
    """The base alone, with a fresh adapter."""
    return convert(ConvertOptions(llama=LLAMA, mert=MERT, out=here / "fresh"))


def test_files_that_hold_everything(tmp_path: Path, apart: Path) -> None:
    """The published checkpoint brings LLaMA along: what is the base's is told by its values."""
    write_released(tmp_path / "checkpoint.pth")
    out = converted(tmp_path / "out", tmp_path / "checkpoint.pth")
    stored, expected = (load_file(f / "model.safetensors") for f in (out, apart))
    assert stored.keys() == expected.keys()
    write_pretrained(tmp_path / "pretrained.pth")
    fresh = converted(tmp_path / "pretraining", tmp_path / "pretrained.pth")
    names = load_file(fresh / "model.safetensors")
    assert all(n.endswith(".bias") for n in names if n.startswith("language_model."))


def test_another_base_is_refused(apart: Path, tmp_path: Path) -> None:
    shutil.copytree(LLAMA, tmp_path / "other")
    (shard,) = (tmp_path / "other").glob("*.pth")
    state = torch.load(shard)
    state["layers.1.feed_forward.w1.weight"][3, 4] += 0.01
    torch.save(state, shard)
    with pytest.raises(CheckpointError, match=r"layers\.1\.mlp\.gate_proj\.weight differs"):
        load_model(apart, base=tmp_path / "other", device="cpu")
    write_released(tmp_path / "checkpoint.pth")
    with pytest.raises(CheckpointError, match=r"is another matrix than that of"):
        converted(tmp_path / "out", tmp_path / "checkpoint.pth", tmp_path / "other")
    assert not (tmp_path / "out").exists()


def test_a_missing_or_needless_base_is_named(
    apart: Path, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CheckpointError, match=r"holds an adapter alone.*--base"):
        load_model(apart)
    with pytest.raises(UsageError, match="leave the base"):
        load_model(whole, base=LLAMA)
    with pytest.raises(CheckpointError, match="there is no folder or file"):
        load_model(apart, base=tmp_path / "nowhere")
    song = tmp_path / "song.wav"
    assert main(["ask", str(song), "--model", str(apart)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "give its language model (llama, digest " in error


HOSTILE = ["{}", "[]", '{"name": 1, "tensors": {"a": ""}}', '{"name": "x", "tensors": {"a": 3}}']


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_record_is_refused(apart: Path, tmp_path: Path, text: str) -> None:
    shutil.copytree(apart, tmp_path / "bad")
    (tmp_path / "bad" / BASE).write_text(text)
    with pytest.raises(CheckpointError, match=r"base\.json"):
        load_model(tmp_path / "bad", base=LLAMA)


def test_parts_that_need_no_base(apart: Path, whole: Path) -> None:
    one, other = (open_encoder(folder, device="cpu").state_dict() for folder in (apart, whole))
    assert one.keys() == other.keys()
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
    stored, everything = (describe(folder)["parameters"] for folder in (apart, whole))
    assert stored["language_model"] < everything["language_model"]


def test_it_is_exported_as_the_whole_model_is(apart: Path, whole: Path, tmp_path: Path) -> None:
    one = export(apart, ExportOptions(target="hf", out=tmp_path / "one", base=LLAMA))
    other = export(whole, ExportOptions(target="hf", out=tmp_path / "other"))
    assert one == other
    carriers = open_carrier(apart, device="cpu", base=LLAMA), open_carrier(whole, device="cpu")
    listening = torch.randn(
        1, carriers[0].config.states, carriers[0].config.audio_config.hidden_size
    )
    assert torch.equal(*(carrier.adapt(listening) for carrier in carriers))
