"""GGUF files as llama.cpp reads them: sizes and names by the official package, answers by llama.cpp itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from goldens import LLAMA, MERT
from mullama.answer.prompt import fill
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.export.card import RECORD
from mullama.checkpoints.export.export import Song, export
from mullama.checkpoints.export.export_options import ExportOptions
from mullama.checkpoints.export.gguf_tokenizer import gguf_vocabulary
from mullama.checkpoints.export.song_adapter import shift_output
from mullama.checkpoints.gguf_tensors import GgufFile
from mullama.checkpoints.json_file import read_json
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.cli import main
from mullama.errors import CheckpointError, UsageError
from mullama.jobs.digest import file_digest
from mullama.open_model import load
from mullama.song import MuLlama
from paths import ROOT

gguf = pytest.importorskip("gguf")
SONGS = ("rock.mp3", "jazz.mp3")
QUESTIONS = ("Describe the audio", "Which instruments play?", "Is it 3/4?  Say why: é 12.5")


@pytest.fixture(scope="module")
def mu() -> MuLlama:
    return load(device="cpu", decoder="stock")


@pytest.fixture(scope="module")
def files(mu: MuLlama, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The small model with each of two songs inside, and widened without any."""
    here = tmp_path_factory.mktemp("gguf")
    export(None, ExportOptions(target="gguf", out=here / "wide"))
    for name in SONGS:
        song = Song(name, mu.listen(ROOT / "examples" / name).shifts)
        export(None, ExportOptions(target="gguf", out=here / name), song)
    return {name: here / name / "model.gguf" for name in ("wide", *SONGS)}


def test_what_is_inside(files: dict[str, Path], mu: MuLlama) -> None:
    reader = gguf.GGUFReader(files[SONGS[0]])
    text = mu.model.config.text_config
    assert reader.get_field("llama.attention.head_count").contents() == text.num_attention_heads
    assert reader.get_field("llama.attention.key_length").contents() == 48
    assert reader.get_field("tokenizer.ggml.pre").contents() == "smollm"
    assert len(reader.get_field("tokenizer.ggml.tokens").contents()) == text.vocab_size
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    assert len(tensors) == 4 * 10 + 2  # nine tensors of a layer and the song's bias
    shift = mu.listen(ROOT / "examples" / SONGS[0]).shifts[2]
    weight = mu.model.language_model.model.layers[2].self_attn.o_proj.weight
    bias = torch.from_numpy(tensors["blk.2.attn_output.bias"].data.copy())
    torch.testing.assert_close(bias, shift_output(weight, shift))
    wide = gguf.GGUFReader(files["wide"])
    assert wide.get_field("llama.attention.head_count_kv").contents() == 5
    assert read_json(files["wide"].with_name(RECORD))["channel"] == 4 * 48
    assert read_json(files[SONGS[0]].with_name(RECORD))["song"] == SONGS[0]


def test_sentencepiece_scores_follow_the_merges(tmp_path: Path) -> None:
    """A piece that is made earlier scores higher; kinds are those of the tokenizer.model."""
    out = convert(ConvertOptions(llama=LLAMA, mert=MERT, out=tmp_path / "out"))
    tokenizer = load_tokenizer(out)
    found = gguf_vocabulary(tokenizer, tokenizer.vocab_size + 2)
    assert (found.kind, found.begins, found.space_first) == ("llama", True, True)
    assert (found.tokens[:3], found.types[:3]) == (["<unk>", "<s>", "</s>"], [2, 3, 3])
    assert found.types[3] == 6
    assert found.types[-2:] == [5, 5]
    assert found.scores is not None
    model = tokenizer.backend_tokenizer.to_str()
    first, second = json.loads(model)["model"]["merges"][:2]
    scores = dict(zip(found.tokens, found.scores, strict=True))
    assert scores["".join(first)] >= scores["".join(second)] > scores["<0x41>"]


def test_an_unknown_cut_is_refused() -> None:
    core = Tokenizer(models.BPE({"a": 0}, []))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    with pytest.raises(CheckpointError, match=r"no name for how this tokenizer cuts text \(White"):
        gguf_vocabulary(PreTrainedTokenizerFast(tokenizer_object=core), 1)


def test_a_song_has_no_place_elsewhere(mu: MuLlama, tmp_path: Path) -> None:
    song = Song("x", mu.no_song().shifts)
    with pytest.raises(UsageError, match="--song is for GGUF"):
        export(None, ExportOptions(target="hf", out=tmp_path / "out"), song)


def test_the_command(tmp_path: Path, files: dict[str, Path]) -> None:
    song = ROOT / "examples" / SONGS[0]
    words = ["export", "--for", "gguf", "--song", str(song), "--out", str(tmp_path / "out")]
    assert main(words) == 0
    assert read_json(tmp_path / "out" / RECORD)["song"] == file_digest(song)
    one, other = (GgufFile(path) for path in (tmp_path / "out" / "model.gguf", files[SONGS[0]]))
    assert one.names == other.names
    assert all(torch.allclose(one.read(name), other.read(name)) for name in one.names)


@pytest.fixture(scope="module")
def opened(files: dict[str, Path]) -> Iterator[dict[str, Any]]:
    llama_cpp = pytest.importorskip("llama_cpp")
    common = {"n_ctx": 512, "n_threads": 1, "verbose": False, "logits_all": True}
    found = {name: llama_cpp.Llama(str(path), **common) for name, path in files.items()}
    yield found
    for model in found.values():
        model.close()


def test_llama_cpp_cuts_text_alike(opened: dict[str, Any], mu: MuLlama) -> None:
    for question in QUESTIONS:
        text = fill(mu.prompt_name, question)
        ours = mu.tokenizer(text)["input_ids"]
        assert opened["wide"].tokenize(text.encode(), add_bos=True, special=False) == ours


def test_llama_cpp_says_the_same(opened: dict[str, Any], mu: MuLlama) -> None:
    songs = {name: mu.listen(ROOT / "examples" / name) for name in SONGS}
    for name, song in {**songs, "wide": mu.no_song()}.items():
        for question in QUESTIONS:
            ours = song.ask(question, temperature=0.0, max_new_tokens=64)
            prompt = mu.tokenizer(fill(mu.prompt_name, question))["input_ids"]
            opened[name].reset()
            found = []
            for token in opened[name].generate(prompt, temp=0.0, repeat_penalty=1.0):
                if token == mu.tokenizer.eos_token_id or len(found) == 64:
                    break
                found.append(token)
            assert found == [token for token in ours.token_ids if token != 2], (name, question)
