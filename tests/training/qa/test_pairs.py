"""Data sets become pairs to train on and held-out ones; what is missing is told, not lost."""

import json
from pathlib import Path

import pytest

from mullama.data.records import Pair
from mullama.errors import UsageError
from mullama.training.qa.divide_pairs import divide, is_held_out
from mullama.training.qa.find_pairs import PairSet, find
from mullama.training.recipe import DataSet, Phase, Recipe

PHASE = Phase("one", "pairs", ("finetune",), steps=1)


def write(folder: Path, *names: str | None) -> Path:
    rows = [{"audio": name, "question": "What?", "answer": f"{name}."} for name in names]
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_pairs_name_their_files_and_say_which_are_missing(tmp_path: Path) -> None:
    path = write(tmp_path, "a.wav", "gone.wav", None, "../b.wav")
    (tmp_path / "audios").mkdir()
    (tmp_path / "audios" / "a.wav").write_bytes(b"")
    (found,) = find(Recipe("r", (PHASE,)), path, None, tmp_path / "unpacked")
    assert [pair.audio for pair in found.pairs] == [
        str(tmp_path / "audios" / "a.wav"),
        "gone.wav",
        None,
        "../b.wav",
    ]
    assert set(found.missing) == {"gone.wav", "../b.wav"}


def test_without_a_folder_to_unpack_to_no_audio_is_looked_for(tmp_path: Path) -> None:
    (found,) = find(Recipe("r", (PHASE,)), write(tmp_path, "gone.wav"), None)
    assert (found.pairs[0].audio, found.missing) == ("gone.wav", {})


def test_a_set_that_is_not_optional_must_be_there(tmp_path: Path) -> None:
    write(tmp_path, "a.wav")
    sets = (DataSet("pairs.jsonl", weight=2), DataSet("gone.json", optional=True))
    (found,) = find(Recipe("r", (PHASE,), data=sets), tmp_path, None)
    assert found.weight == 2
    with pytest.raises(UsageError, match=r"recipe r needs .*gone\.json: give its folder by --data"):
        find(Recipe("r", (PHASE,), data=(DataSet("gone.json"),)), tmp_path, None)
    with pytest.raises(UsageError, match="recipe r names no data"):
        find(Recipe("r", (PHASE,)), tmp_path, None)


def pair_set(*names: str | None, weight: float = 1.0) -> PairSet:
    pairs = tuple(Pair("What?", "That.", name) for name in names)
    return PairSet(Path("pairs.jsonl"), weight, pairs, {})


def test_whole_tracks_are_held_out_by_their_names_alone() -> None:
    names = [f"{number}.wav" for number in range(200)]
    one = divide([pair_set(*names, *names, None)], 0.2, 1000)
    other = divide([pair_set(*(f"/elsewhere/{name}" for name in names))], 0.2, 1000)
    tracks = {pair.audio for pair in one.held_out}
    assert 20 < len(tracks) < 60
    assert len(one.held_out) == 2 * len(tracks)
    assert tracks.isdisjoint(pair.audio for pair in one.training)
    assert {Path(str(pair.audio)).name for pair in other.held_out} == tracks
    assert not is_held_out(Pair("What?", "That."), 1.0)


def test_weights_follow_their_pairs_and_few_are_evaluated() -> None:
    names = [f"{number}.wav" for number in range(100)]
    divided = divide([pair_set(*names), pair_set(None, weight=0.5)], 0.3, 10)
    assert len(divided.training) == len(divided.weights)
    assert divided.weights[-1] == 0.5
    assert 5 <= len(divided.held_out) <= 10


@pytest.mark.parametrize(("share", "said"), [(1e-9, "no track is held out"), (1.0, "every track")])
def test_a_share_that_leaves_nothing_is_refused(share: float, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        divide([pair_set("a.wav")], share, 10)
