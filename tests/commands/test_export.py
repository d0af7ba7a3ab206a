"""`mullama export` and `mullama listen --as-adapter`: what is written, by which names, and what is refused."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mullama.checkpoints.export.card import RECORD
from mullama.checkpoints.export.song_adapter import CONFIG, NO_SONG, WEIGHTS, AdapterMaker
from mullama.checkpoints.export.song_folder import ROWS, TABLE
from mullama.checkpoints.export.widen import Widening
from mullama.checkpoints.json_file import read_json
from mullama.cli import main
from mullama.jobs.digest import bytes_digest
from mullama.open_model import load
from paths import ROOT

SONGS = [ROOT / "examples" / name for name in ("rock.mp3", "waltz.flac")]


def listen(here: Path, *words: object) -> int:
    common = ["--store", here / "store", "--device", "cpu", "--as-adapter", here / "songs"]
    return main(["listen", *map(str, [*words, *common])])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("songs")
    assert listen(here, *SONGS) == 0
    return here / "songs"


def test_songs_are_named_by_what_is_in_them(written: Path) -> None:
    rows = list(ROWS.read(written / TABLE))
    assert [row.song for row in rows] == [str(song) for song in SONGS]
    assert len({row.adapter for row in rows}) == len(rows)
    for row in rows:
        files = [(written / row.adapter / name).read_bytes() for name in (CONFIG, WEIGHTS)]
        assert bytes_digest(b"".join(files)).startswith(row.adapter)
    assert {path.name for path in written.iterdir()} == {row.adapter for row in rows} | {
        NO_SONG,
        TABLE,
    }


def test_an_adapter_is_the_songs_shift(written: Path) -> None:
    mu = load(device="cpu", decoder="stock")
    song = mu.listen(SONGS[0])
    row = next(row for row in ROWS.read(written / TABLE) if row.song == str(SONGS[0]))
    tensors = load_file(written / row.adapter / WEIGHTS)
    for layer, shift in enumerate(song.shifts):
        module = f"model.layers.{layer}.self_attn.o_proj"
        projection = mu.model.language_model.get_submodule(module)
        column = tensors[f"base_model.model.{module}.lora_B.weight"]
        # A cached Listening is stored in half precision.
        torch.testing.assert_close(column[:, 0], projection.weight @ shift, rtol=0.01, atol=1e-3)
    silent = load_file(written / NO_SONG / WEIGHTS)
    assert not any(tensor.any() for name, tensor in silent.items() if "lora_B" in name)


def test_it_goes_on_where_it_was(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One adapter is lost, one torn; a song comes to those that are there."""
    shutil.copytree(written, tmp_path / "songs")
    first, second = ROWS.read(written / TABLE)
    shutil.rmtree(tmp_path / "songs" / first.adapter)
    (tmp_path / "songs" / second.adapter / WEIGHTS).write_bytes(b"torn")
    other = tmp_path / "copy.mp3"
    shutil.copy(SONGS[0], other)
    assert listen(tmp_path, *SONGS, other) == 0
    assert "2 new adapters, 3 songs in all" in capsys.readouterr().out
    rows = {row.song: row.adapter for row in ROWS.read(tmp_path / "songs" / TABLE)}
    assert rows[str(other)] == rows[str(SONGS[0])] == first.adapter
    for adapter in (first.adapter, second.adapter):
        for name in (CONFIG, WEIGHTS):
            there = (tmp_path / "songs" / adapter / name).read_bytes()
            assert there == (written / adapter / name).read_bytes()


def test_a_folder_of_somebody_else_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "songs" / NO_SONG / "diary.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    assert listen(tmp_path, SONGS[0]) == 2
    assert "something else than an adapter" in capsys.readouterr().err
    assert theirs.read_text() == "mine"


def test_a_song_of_7b_is_small() -> None:
    """20 layers of 4096 numbers and a unit row, in half precision."""
    outputs = (torch.zeros(4096, 4096, dtype=torch.float16),) * 20
    adapter = AdapterMaker(outputs, 12, Widening(32, 32, 1, 128)).silent()
    assert 325_000 < len(adapter.weights) < 340_000


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "base"
    assert main(["export", "--for", "vllm", "--out", str(out)]) == 0
    record = read_json(out / RECORD)
    assert capsys.readouterr().out == f"{out}: {record['digest']}\n"
    assert set(record["files"]) == {
        *("config.json", "generation_config.json", "model.safetensors", "tokenizer.json"),
        *("tokenizer_config.json", "vllm.yaml"),
    }
    assert main(["export", "--for", "vllm", "--out", str(out)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main(["export", "no/such/model", "--for", "hf", "--out", str(tmp_path / "x")]) == 2
