"""One small set in every format, its audio in every place: training, listening, reading and building agree."""

import argparse
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
import torch
from safetensors.torch import load_file
from torch import Tensor

from clips import make_clip, pairs_in
from mullama.commands import listen
from mullama.data.files import FORMATS, write_clips
from mullama.data.records import Clip
from mullama.errors import UsageError
from mullama.musicqa.build.build import build
from mullama.musicqa.build.check import SHORT, check
from mullama.musicqa.build.plan import BuildOptions
from mullama.musicqa.read import read
from mullama.musicqa.read_options import ReadOptions
from mullama.training.run_options import RunOptions
from mullama.training.trainer import run
from runs import write_recipe
from tiny import RATE, clip

pytest.importorskip("datasets")

SUFFIXES = {"aqa_csv": ".csv", "parquet": ".parquet", "pairs": ".jsonl", "clips": ".jsonl"}
NAMES = [f"{number:06d}.wav" for number in range(3)]


def write_set(folder: Path, form: str) -> Path:
    """Three clips of nine pairs in a format; parquet holds the sound, the others find it in audios/."""
    (folder / "audios").mkdir(parents=True)
    clips = []
    for seed, name in enumerate(NAMES):
        path = folder / "audios" / name
        soundfile.write(path, clip(seed, 0.3), RATE)
        clips.append(replace(make_clip(f"c{seed}", name), sound=path.read_bytes()))
    if form == "alpaca":  # text alone
        clips = [Clip(source="alpaca", pairs=one.pairs) for one in clips]
    file = folder / f"set{SUFFIXES.get(form, '.json')}"
    assert write_clips(file, clips, form=form) == (3, 27)
    if form == "parquet":
        for name in NAMES:
            (folder / "audios" / name).unlink()
    return file


@pytest.fixture
def train(folder: Path, tmp_path: Path) -> Callable[..., dict[str, Tensor]]:
    """Two steps of the tiny model on a file of pairs; the finished weights."""
    recipe = write_recipe(tmp_path / "r.yaml", folder, phase={"epochs": 0, "steps": 2})

    def weights(file: Path, audio: Path | None = None) -> dict[str, Tensor]:
        options = RunOptions(file, audio, store=file.parent / "store", device="cpu")
        out = run(recipe, file.parent / "run", options, report=lambda _: None)
        return load_file(out.model / "model.safetensors")

    return weights


def told_by_listen(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[str, str]:
    """What `mullama listen` says and complains of."""
    parser = argparse.ArgumentParser()
    listen.add_arguments(parser)
    capsys.readouterr()  # what saving models has said
    assert listen.run(parser.parse_args([str(word) for word in words])) == 0
    told = capsys.readouterr()
    return told.out.split(":")[0], told.err


@pytest.mark.parametrize("form", FORMATS.names())
def test_all_four_read_it(
    form: str,
    folder: Path,
    train: Callable[..., dict[str, Tensor]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = write_set(tmp_path / "set", form)
    expected = train(write_set(tmp_path / "ours", "alpaca" if form == "alpaca" else "pairs"))
    weights = train(file)
    assert weights.keys() == expected.keys()
    assert all(torch.equal(weights[name], expected[name]) for name in weights)

    report = read(ReadOptions((file,), tmp_path / "out"))
    assert (report.clips, report.pairs) == (27 if form == "alpaca" else 3, 27)
    pairs = pairs_in(tmp_path / "out" / "set.jsonl")
    assert [pair.answer for pair in pairs] == [pair.answer for pair in pairs_in(file)]
    build_options = BuildOptions(tmp_path / "built", pretrain=(file,))
    if form == "alpaca":
        with pytest.raises(UsageError, match="not one clip could be stored"):
            build(build_options)
        return
    built = build(build_options)
    assert (built.clips, built.failed, built.pairs) == (3, 0, 27)
    assert check(build_options.out).counts == {SHORT: 3}
    published = pairs_in(build_options.out / "PretrainMusicQA.json")
    assert [pair.answer for pair in published] == [pair.answer for pair in pairs]
    assert [pair.audio for pair in pairs[::9]] == [f"audios/{name}" for name in NAMES]
    for seed, name in enumerate(NAMES):
        for out in (tmp_path / "out", build_options.out):
            samples, _ = soundfile.read(out / "audios" / name)
            assert samples == pytest.approx(clip(seed, 0.3), abs=1e-4)

    common = ("--model", folder, "--device", "cpu", "--store", tmp_path / "ours" / "store")
    assert told_by_listen(capsys, file, *common) == ("0 encoded, 3 cached before, 0 failed", "")


def test_audio_in_a_zip_file(
    folder: Path,
    train: Callable[..., dict[str, Tensor]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = train(write_set(tmp_path / "ours", "pairs"))
    file, packed = write_set(tmp_path / "set", "published"), tmp_path / "audios.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in NAMES:
            archive.write(tmp_path / "set" / "audios" / name, f"audios/{name}")
            (tmp_path / "set" / "audios" / name).unlink()
    weights = train(file, packed)
    assert all(torch.equal(weights[name], expected[name]) for name in weights)
    assert read(ReadOptions((file,), tmp_path / "out", (packed,))).clips == 3
    common = ("--model", folder, "--device", "cpu", "--store", tmp_path / "ours" / "store")
    told = told_by_listen(capsys, file, "--audio", packed, *common)
    assert told == ("0 encoded, 3 cached before, 0 failed", "")


def test_a_set_by_reference(
    train: Callable[..., dict[str, Tensor]], folder: Path, tmp_path: Path
) -> None:
    """Its names are absolute: they count below the folder that is given."""
    expected = train(write_set(tmp_path / "ours", "pairs"))
    write_set(tmp_path / "music", "pairs")
    clips = [
        make_clip(f"c{seed}", tmp_path / "music" / "audios" / name)
        for seed, name in enumerate(NAMES)
    ]
    (tmp_path / "set").mkdir()
    write_clips(tmp_path / "set" / "set.jsonl", clips)
    weights = train(tmp_path / "set" / "set.jsonl", tmp_path / "music")
    assert all(torch.equal(weights[name], expected[name]) for name in weights)
