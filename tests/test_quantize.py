"""Models with fewer bits: what they answer, what they take, and what is refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from goldens import FINETUNED, LLAMA, MERT, clip
from mullama.answer.fast import FastLlama
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.model_folder import load_config
from mullama.checkpoints.store import resolve
from mullama.cli import main
from mullama.errors import UsageError
from mullama.model import MuLlamaForConditionalGeneration
from mullama.open_model import load
from mullama.song import MuLlama, Song
from paths import ROOT

BOUNDS = {"int8": 0.03, "int4": 0.25}
"""Of the logits' error, relative to the largest; the published shapes in small, random weights."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Published weights in small: LoRA apart, and value projections that stay the base's."""
    out = tmp_path_factory.mktemp("quantize") / "model"
    return convert(ConvertOptions(llama=LLAMA, mert=MERT, adapter=FINETUNED, out=out))


@pytest.fixture(scope="module")
def plain(folder: Path) -> MuLlama:
    return load(folder, dtype="float32", device="cpu")


def logits(mu: MuLlama) -> torch.Tensor:
    song = mu.listen(clip("c3"), sample_rate=24_000)
    start, cache = mu.decoder.start(torch.arange(3, 40)[None], song.shifts[None])
    then = mu.decoder.step(torch.tensor([7]), cache, song.shifts[None])
    return torch.cat((start, then)).float()


def error(ours: torch.Tensor, exact: torch.Tensor) -> float:
    return float((ours - exact).abs().max() / exact.abs().max())


@pytest.mark.parametrize("kind", BOUNDS)
def test_logits_stay_near(folder: Path, plain: MuLlama, kind: str) -> None:
    few = load(folder, quantize=kind, device="cpu")
    assert isinstance(few.decoder, FastLlama)
    assert few.decoder.precision == kind
    assert error(logits(few), logits(plain)) < BOUNDS[kind]


@pytest.mark.parametrize("kind", BOUNDS)
def test_everything_else_is_as_without(folder: Path, plain: MuLlama, kind: str) -> None:
    """The music's way in reads value projections that are quantised for the text's."""
    few = load(folder, quantize=kind, dtype="float32", device="cpu")
    song, same = (mu.listen(clip("c3"), sample_rate=24_000) for mu in (few, plain))
    torch.testing.assert_close(song.listening, same.listening)
    torch.testing.assert_close(song.shifts, same.shifts)
    kept = dict(few.model.named_parameters())
    assert not any(tensor.is_meta for tensor in (*kept.values(), *few.model.buffers()))
    for name, tensor in plain.model.named_parameters():
        if "_proj.weight" not in name and "lm_head" not in name:
            torch.testing.assert_close(kept[name], tensor)
    held = [kept[name].numel() for name in kept if "language_model" in name and "_proj.w" in name]
    assert held
    assert not any(held)


@pytest.mark.parametrize("kind", BOUNDS)
def test_the_small_model_still_answers(kind: str) -> None:
    """Tied embeddings, no LoRA; its whole table stands in docs/benchmarks.md."""
    few, plain = load(quantize=kind, device="cpu"), load(device="cpu")
    for name in ("rock.mp3", "jazz.mp3"):
        heard = [mu.listen(ROOT / "examples" / name) for mu in (few, plain)]
        songs: list[Song] = list(heard)
        said, wanted = (song.ask("Which style is it?").text for song in songs)
        assert said == wanted


def test_batches_are_what_single_ones_are(folder: Path) -> None:
    few = load(folder, quantize="int8", device="cpu")
    songs = [few.listen(clip(name), sample_rate=24_000) for name in ("c3", "c3b")]
    shifts = torch.stack([song.shifts for song in songs])
    tokens = torch.arange(3, 40).repeat(2, 1)
    together, _ = few.decoder.start(tokens, shifts)
    alone = torch.cat([few.decoder.start(tokens[:1], shift[None])[0] for shift in shifts])
    assert error(together, alone) < 2e-2


def test_what_the_packed_weights_cannot_do_is_said(folder: Path) -> None:
    few = load(folder, quantize="int4", device="cpu")
    tokens = torch.arange(3, 10)[None]
    with pytest.raises(UsageError, match="decoder='stock'"):
        few.model.generate(tokens, max_new_tokens=2)
    with pytest.raises(UsageError, match="nor has training"):
        few.model.train()(tokens, labels=tokens)
    with pytest.raises(UsageError, match="bfloat16"):
        load(folder, quantize="int4", decoder="stock", device="cpu")


def test_torchao_in_the_stock_decoder(folder: Path, plain: MuLlama) -> None:
    pytest.importorskip("torchao")
    few = load(folder, quantize="int8", decoder="stock", dtype="float32", device="cpu")
    assert error(logits(few), logits(plain)) < BOUNDS["int8"]
    song = few.listen(clip("c3"), sample_rate=24_000)
    made = few.model.generate(
        torch.arange(3, 10)[None], shifts=song.shifts[None], max_new_tokens=3, do_sample=False
    )
    assert made.shape[1] > 7


def test_torchao_missing_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchao.quantization", None)
    with pytest.raises(Exception, match=r"pip install 'mullama\[quantize\]'"):
        load(folder, quantize="int8", decoder="stock", device="cpu")


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    song = str(ROOT / "examples" / "rock.mp3")
    assert main(["ask", song, "--question", "Are there drums?", "--quantize", "int4"]) == 0
    assert "drum" in capsys.readouterr().out.lower()


MEMORY = """
import sys, threading
from pathlib import Path
from mullama.open_model import load

def own():  # what the file maps in comes and goes as the kernel likes
    return int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0]) / 1024

load(device="cpu", quantize="int8")  # whatever comes with the first one
before, most, done = own(), 0.0, threading.Event()

def watch():
    global most
    while not done.wait(0.001):
        most = max(most, own())

watching = threading.Thread(target=watch)
watching.start()
model = load(sys.argv[1], device="cpu", **({"quantize": sys.argv[2]} if sys.argv[2] else {}))
done.set()
watching.join()
print(max(most, own()) - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_never_holds_the_whole_weights(tmp_path: Path) -> None:
    """A float16 model of some 300 MB, by the peak of a process's own memory."""
    config = load_config(resolve(None))
    text = config.text_config
    text.hidden_size, text.intermediate_size, text.num_hidden_layers = 1024, 2816, 12
    text.num_attention_heads = text.num_key_value_heads = 16
    text.head_dim, text.dtype = 64, torch.float16
    large = MuLlamaForConditionalGeneration(config).half()
    large.save_pretrained(tmp_path)
    for file in resolve(None).glob("*token*.json"):
        shutil.copy(file, tmp_path)
    whole = sum(p.nbytes for p in large.language_model.parameters()) / 2**20
    del large

    def peak(kind: str) -> float:
        command = [sys.executable, "-c", MEMORY, str(tmp_path), kind]
        # Tensors that are freed go back at once, instead of staying with the C library for the next ones.
        freeing = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}
        said = subprocess.run(
            command, check=True, capture_output=True, text=True, env=freeing
        ).stdout
        return float(said.splitlines()[-1])

    found = {kind: peak(kind) / whole for kind in ("", "int8", "int4")}
    assert found[""] > 0.9, found
    assert found["int8"] < 0.85 * found[""], found
    assert found["int4"] < 0.85 * found[""], found
