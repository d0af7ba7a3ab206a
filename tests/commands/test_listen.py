"""`mullama listen`: data sets of every form, counts, exit codes, and one line for each bad file."""

import argparse
import json
from pathlib import Path

import pytest
import soundfile

from clips import make_clip, write_items
from mullama.commands import listen
from mullama.data.files import write_clips
from mullama.errors import UsageError
from mullama.open_model import load
from tiny import RATE, clip


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A data set: three songs and what is said about them."""
    folder = tmp_path / "set"
    (folder / "audios").mkdir(parents=True)
    for seed in range(3):
        soundfile.write(folder / "audios" / f"{seed}.wav", clip(seed, 0.2), RATE)
    rows = [{"audio": f"{seed}.wav", "question": "Key?", "answer": "C"} for seed in (0, 1, 1, 2)]
    rows.append({"question": "Why?", "answer": "So."})
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    turns = [{"from": "human", "value": "Key?"}, {"from": "gpt", "value": "C"}]
    published = [{"audio_name": "1.wav", "conversation": turns}]
    (folder / "PretrainMusicQA.json").write_text(json.dumps(published))
    return folder


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    listen.add_arguments(parser)
    return listen.run(parser.parse_args([str(word) for word in words]))


def test_every_form_of_data_set(
    songs: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ("--model", folder, "--store", tmp_path / "store", "--device", "cpu")
    said = []
    for datasets in (
        [songs / "audios" / "0.wav"],
        [songs / "PretrainMusicQA.json"],
        [songs / "pairs.jsonl", songs / "audios" / "0.wav"],
        [songs],
    ):
        assert run(*datasets, *common) == 0
        out, err = capsys.readouterr()
        assert err == ""
        said.append(out.split(" failed")[0])
    assert said == [
        "1 encoded, 0 cached before, 0",
        "1 encoded, 0 cached before, 0",
        "1 encoded, 2 cached before, 0",
        "0 encoded, 3 cached before, 0",
    ]
    assert run(songs, "--as-published", *common) == 0
    assert capsys.readouterr().out.startswith("3 encoded")


def test_it_caches_what_the_model_encodes(
    songs: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from mullama.listen.cache import open_cache

    mu = load(folder, device="cpu")
    store = open_cache(tmp_path / "store", mu.model.encoder)
    assert run(songs, "--model", folder, "--store", tmp_path / "store", "--device", "cpu") == 0
    assert str(store.folder) in capsys.readouterr().out
    song = songs / "audios" / "2.wav"
    kept = store.get(store.digest(song))
    assert kept is not None
    assert kept == pytest.approx(mu.listen(song).listening.numpy(), rel=1e-3, abs=1e-4)


def test_bad_files_get_one_line_each(
    songs: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ("--model", folder, "--store", tmp_path / "store", "--device", "cpu")
    (songs / "audios" / "2.wav").unlink()
    (songs / "audios" / "1.wav").write_text("no music")
    assert run(songs / "pairs.jsonl", *common) == 1
    out, err = capsys.readouterr()
    assert out.startswith("1 encoded, 0 cached before, 2 failed")
    lines = err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("mullama: error: 2.wav: ")
    assert "pairs.jsonl names it" in lines[0]
    assert lines[1].startswith(f"mullama: error: {songs / 'audios' / '1.wav'}: no sound")
    assert run(songs / "audios" / "1.wav", *common) == 2


def test_rows_and_names_that_are_refused_get_one_line_each(
    songs: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ("--model", folder, "--store", tmp_path / "store", "--device", "cpu")
    table = songs / "AQA.csv"
    write_clips(table, [make_clip("a", "0.wav")])
    table.write_text(table.read_text() + "1;1.wav;cut\n")
    assert run(table, *common) == 1
    out, err = capsys.readouterr()
    assert out.startswith("1 encoded, 0 cached before, 1 failed")
    assert err.startswith(f"mullama: error: malformed: {table}, line 3: 3 columns")
    (tmp_path / "private.wav").write_text("no music")
    (songs / "link.wav").symlink_to(tmp_path / "private.wav")
    names = ("link.wav", str(tmp_path / "private.wav"), "../private.wav")
    write_items(songs / "evil.json", [(name, "Q", "A") for name in names])
    assert run(songs / "evil.json", *common) == 2
    out, err = capsys.readouterr()
    assert out.startswith("0 encoded, 0 cached before, 3 failed")
    assert len(err.splitlines()) == 3


def test_nothing_to_hear(songs: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words, why in (
        ([tmp_path / "empty"], "there is no music in"),
        ([songs, "--workers", "0"], "--workers"),
        ([songs / "pairs.jsonl", "--audio", tmp_path / "none"], "no such folder"),
        ([tmp_path / "none.json"], "none.json"),
    ):
        with pytest.raises(UsageError, match=why):
            run(*words)
