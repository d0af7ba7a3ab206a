"""The widened model is the same function; with a song as PEFT's LoRA it is ours with the song."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from mullama.answer.prompt import fill
from mullama.checkpoints.export.card import RECORD
from mullama.checkpoints.export.export import export
from mullama.checkpoints.export.export_options import ExportOptions
from mullama.checkpoints.export.song_adapter import NO_SONG, adapter_maker
from mullama.checkpoints.export.song_folder import write_adapter
from mullama.checkpoints.export.widen import Widening, widening
from mullama.checkpoints.json_file import read_json
from mullama.errors import CheckpointError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.open_model import load
from mullama.processor import MuLlamaProcessor
from mullama.song import MuLlama
from paths import ROOT
from tiny import tiny_config, tiny_model

TEXT = tiny_config().text_config.to_dict()
KINDS: dict[str, dict[str, Any]] = {
    "grouped queries, biases, LoRA": {},
    "no biases at all": {"attention_bias": False, "mlp_bias": False},
    "a key head for each query head": {"num_key_value_heads": 4},
    "one key head, wide heads": {"num_key_value_heads": 1, "head_dim": 24},
    "tied": {"tie_word_embeddings": True},
    "scaled positions": {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 1e4}},
    "mistral": {"model_type": "mistral", "sliding_window": 400},
    "qwen2": {"model_type": "qwen2"},
    "qwen3": {"model_type": "qwen3", "head_dim": 16},
}  # fmt: skip

Made = tuple[MuLlama, Path]
"""Our model and its export's folder."""


@pytest.fixture(scope="module", params=KINDS)
def made(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    tokenizer: PreTrainedTokenizerFast,
) -> Made:
    here = tmp_path_factory.mktemp("widened")
    model = tiny_model(text_config={**TEXT, **KINDS[request.param]})
    model.save_pretrained(here / "ours")
    MuLlamaProcessor.of(model.config, tokenizer).save_pretrained(here / "ours")
    export(here / "ours", ExportOptions(target="hf", out=here / "base"))
    return load(here / "ours", device="cpu", decoder="stock"), here / "base"


def music(mu: MuLlama, songs: int) -> Tensor:
    generator = torch.Generator().manual_seed(7)
    config = mu.model.config
    width = config.text_config.num_attention_heads * config.head_dim
    return torch.randn(songs, config.adapted_layers, width, generator=generator)


def peft_model(mu: MuLlama, base: Path, shifts: Tensor, here: Path) -> Any:
    """The export with each song as an adapter, `0`, `1`, ..., and the silent one."""
    peft = pytest.importorskip("peft")
    maker = adapter_maker(mu.model)
    for number, song in enumerate(shifts):
        write_adapter(here / str(number), maker.make(song))
    write_adapter(here / NO_SONG, maker.silent())
    names = [*map(str, range(len(shifts))), NO_SONG]
    stock = AutoModelForCausalLM.from_pretrained(base)
    model = peft.PeftModel.from_pretrained(stock, here / names[0], adapter_name=names[0])
    for name in names[1:]:
        model.load_adapter(here / name, adapter_name=name)
    return model.eval()


def test_alone_it_is_the_model_without_music(made: Made) -> None:
    mu, base = made
    stock = AutoModelForCausalLM.from_pretrained(base)
    ids = torch.arange(3, 90)[None]
    with torch.inference_mode():
        torch.testing.assert_close(stock(ids).logits, mu.model(ids).logits, rtol=1e-5, atol=1e-5)


def test_songs_by_peft_are_songs_by_us(made: Made, tmp_path: Path) -> None:
    """Alone, and mixed in one batch with another song and none."""
    mu, base = made
    shifts = music(mu, 2)
    model = peft_model(mu, base, shifts, tmp_path)
    ids = torch.arange(3, 60)[None]
    with torch.inference_mode():
        plain = mu.model(ids).logits
        expected = [mu.model(ids, shifts=song[None]).logits for song in shifts]
        assert all((one - plain).abs().max() > 0.1 for one in expected)
        for number, ours in enumerate(expected):
            model.set_adapter(str(number))
            torch.testing.assert_close(model(ids).logits, ours, rtol=1e-5, atol=1e-5)
        names = ["1", NO_SONG, "0", "1"]
        mixed = model(ids.repeat(4, 1), adapter_names=names).logits
    wanted = torch.cat([expected[1], plain, expected[0], expected[1]])
    torch.testing.assert_close(mixed, wanted, rtol=1e-5, atol=1e-5)


def test_what_stands_beside_the_weights(made: Made) -> None:
    mu, base = made
    text = mu.model.config.text_config
    record = read_json(base / RECORD)
    assert record["channel"] == text.num_attention_heads * mu.model.config.head_dim
    assert record["prompt"] == fill("clean", "{question}")
    assert record["adapted_layers"] == [1, 2, 3]
    ours = mu.tokenizer("What plays?")["input_ids"]
    assert AutoTokenizer.from_pretrained(base)("What plays?")["input_ids"] == ours
    stock = AutoModelForCausalLM.from_pretrained(base)
    assert stock.generation_config.eos_token_id == mu.model.config.text_config.eos_token_id
    window = getattr(text, "sliding_window", None) or text.max_position_embeddings
    assert stock.config.max_position_embeddings == window
    assert "Llama 2 Community License" in (base / "README.md").read_text()


@pytest.mark.parametrize(
    ("kv_heads", "devices", "added"), [(32, 1, 1), (32, 2, 2), (32, 8, 8), (8, 16, 8), (1, 4, 3)]
)
def test_heads_are_shared_evenly(kv_heads: int, devices: int, added: int) -> None:
    config = tiny_config(text_config={**TEXT, "num_attention_heads": 32, "hidden_size": 64,
                                      "num_key_value_heads": kv_heads}).text_config  # fmt: skip
    by = widening(config, 2, devices)
    assert by == Widening(32, kv_heads, added, 2)
    assert (by.kv_heads + by.added) % devices == 0 == (by.width // 2) % devices


@pytest.fixture
def saved(folder: Path, model: MuLlamaForConditionalGeneration) -> Callable[..., Path]:
    def changed(**options: Any) -> Path:
        out = folder.with_name("out")
        export(folder, ExportOptions(target="hf", out=out, **options))
        return out

    return changed


def test_types_and_devices_are_chosen(saved: Callable[..., Path]) -> None:
    out = saved(dtype="bfloat16", tensor_parallel=2)
    config = AutoModelForCausalLM.from_pretrained(out).config
    assert (config.num_attention_heads, config.num_key_value_heads) == (8, 4)
    assert config.dtype == torch.bfloat16


def test_nothing_else_is_overwritten(saved: Callable[..., Path], folder: Path) -> None:
    out = saved()
    first = read_json(out / RECORD)["digest"]
    with pytest.raises(CheckpointError, match="--overwrite"):
        saved()
    saved(overwrite=True)
    assert read_json(out / RECORD)["digest"] == first
    with pytest.raises(CheckpointError, match=r"files that are to be read|something else"):
        export(folder, ExportOptions(target="hf", out=folder, overwrite=True))


def test_a_damaged_folder_is_refused(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    out = folder.with_name("out")
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        export(folder, ExportOptions(target="hf", out=out))
    assert not out.exists()


def test_the_small_model_says_the_same(tmp_path: Path) -> None:
    """Greedy, on real files, each adapter taken from the folder that it was written to."""
    mu = load(device="cpu", decoder="stock")
    songs = [mu.listen(ROOT / "examples" / name) for name in ("rock.mp3", "jazz.mp3")]
    export(None, ExportOptions(target="hf", out=tmp_path / "base"))
    shifts = torch.stack([song.shifts for song in songs])
    model = peft_model(mu, tmp_path / "base", shifts, tmp_path)
    for question in ("Describe the audio", "Which instruments play?"):
        ids = torch.tensor([mu.tokenizer(fill(mu.prompt_name, question))["input_ids"]])
        answers = set[str]()
        for number, song in enumerate([*songs, mu.no_song()]):
            ours = song.ask(question)
            model.set_adapter(NO_SONG if number == len(songs) else str(number))
            found = model.generate(input_ids=ids, do_sample=False, max_new_tokens=160)
            new = [token for token in found[0, ids.shape[1] :].tolist() if token != 2]
            assert new == [token for token in ours.token_ids if token != 2]
            answers.add(ours.text)
        assert len(answers) == 3
